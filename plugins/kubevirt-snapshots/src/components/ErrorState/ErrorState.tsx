// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Flex, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import { apiFailure } from '../../api';
import { useTexts } from '../../translations';
import { Person } from '../Person';
import { failureTexts } from './failureTexts';

function Owners({ owners }: { owners: string[] }) {
  const t = useTexts();
  if (!owners.length) {
    return <Text as="p">{t('error.deniedNoOwner')}</Text>;
  }
  return (
    <Flex gap="2" style={{ flexWrap: 'wrap' }}>
      <Text>{t('error.askOwners')}</Text>
      {owners.map(owner => (
        <Person key={owner} entityRef={owner} />
      ))}
    </Flex>
  );
}

/** Says why there is nothing to show, and what to do. */
export function ErrorState(props: {
  error: unknown;
  onRetry: () => void;
  /** Takes the place of the words for this error. */
  title?: string;
  description?: ReactNode;
}) {
  const { error, onRetry } = props;
  const t = useTexts();
  const failure = apiFailure(error);
  const { title, text } = failureTexts(t, failure);
  const denied = failure.status === 403;
  return (
    <Alert
      role="alert"
      icon
      status={denied || failure.status === 404 ? 'warning' : 'danger'}
      title={props.title ?? title}
      description={
        <Flex direction="column" gap="2">
          {props.description ?? <Text as="p">{text}</Text>}
          {denied && !props.description && <Owners owners={failure.owners} />}
        </Flex>
      }
      customActions={
        <Button variant="secondary" size="small" onPress={onRetry}>
          {t('error.retry')}
        </Button>
      }
    />
  );
}
