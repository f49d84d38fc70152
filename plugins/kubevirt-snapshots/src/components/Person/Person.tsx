// SPDX-License-Identifier: Apache-2.0
import { parseEntityRef } from '@backstage/catalog-model';
import {
  useEntityPresentation,
  useEntityRefLink,
} from '@backstage/plugin-catalog-react';
import { Link, Text } from '@backstage/ui';
import type { SnapshotOrigin } from 'backstage-plugin-kubevirt-snapshots-common';
import { useTexts } from '../../translations';

function isEntityRef(text: string): boolean {
  try {
    parseEntityRef(text);
    return true;
  } catch {
    return false;
  }
}

// Not EntityRefLink: its link and tooltip are Material UI's.
function PersonLink({ entityRef }: { entityRef: string }) {
  const href = useEntityRefLink();
  const { primaryTitle } = useEntityPresentation(entityRef, {
    defaultKind: 'user',
    defaultNamespace: 'default',
  });
  return <Link href={href(entityRef)}>{primaryTitle}</Link>;
}

/** A person or group of the catalog as a link; anything else as text. */
export function Person({ entityRef }: { entityRef: string }) {
  return isEntityRef(entityRef) ? (
    <PersonLink entityRef={entityRef} />
  ) : (
    <Text>{entityRef}</Text>
  );
}

function PersonTitle({ entityRef }: { entityRef: string }) {
  const { primaryTitle } = useEntityPresentation(entityRef, {
    defaultKind: 'user',
    defaultNamespace: 'default',
  });
  return <>{primaryTitle}</>;
}

/** The name alone, where a link has no place. */
export function PersonName({ entityRef }: { entityRef: string }) {
  return isEntityRef(entityRef) ? (
    <PersonTitle entityRef={entityRef} />
  ) : (
    <>{entityRef}</>
  );
}

/** Who made a snapshot, as far as it is on record. */
export function Maker(props: { createdBy?: string; origin: SnapshotOrigin }) {
  const { createdBy, origin } = props;
  const t = useTexts();
  if (createdBy) {
    return <Person entityRef={createdBy} />;
  }
  return (
    <Text color="secondary">
      {origin === 'manual'
        ? t('table.unknownMaker')
        : t(`origin.${origin}` as const)}
    </Text>
  );
}
