// SPDX-License-Identifier: Apache-2.0
import {
  normaliseMacAddress,
  type CloneRequest,
  type OperationView,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useState } from 'react';
import type { EntityKey } from '../../api';
import { useCloneReview } from '../../hooks/restoreQueries';
import { useTexts } from '../../translations';
import {
  useNewFromSnapshot,
  type NewEntries,
  type NewOptions,
} from '../CreateDialog';
import { readLabels } from './labels';

const SERIAL = /^[-A-Za-z0-9_.]{1,64}$/;

/** What the person has entered. */
interface Entries extends NewEntries {
  start: boolean;
  /** By interface; empty: a new one. */
  macs: Record<string, string>;
  serial: string;
  labels: string;
  keepAnnotations: boolean;
  keepInstanceLabels: boolean;
}

const NOTHING: Entries = {
  description: '',
  start: false,
  macs: {},
  serial: '',
  labels: '',
  keepAnnotations: true,
  keepInstanceLabels: false,
};

const FIELDS = ['serial', 'labels', 'macAddresses'];

/** State and rules of the form; it survives every error and every new review. */
export function useCloneForm(options: {
  entity: EntityKey;
  snapshotName: string;
  onAccepted: (operation: OperationView) => void;
}) {
  const { entity, snapshotName, onAccepted } = options;
  const t = useTexts();
  const query = useCloneReview(entity, snapshotName);
  const review = query.data;
  const [entries, setEntries] = useState(NOTHING);
  const { send, refusal, name, ...made } = useNewFromSnapshot<
    NewOptions<CloneRequest>
  >({
    entity,
    kind: 'vm',
    review,
    entries,
    fields: FIELDS,
    act: (api, request) => api.cloneSnapshot(entity, snapshotName, request),
    onAccepted,
  });

  const typedLabels = readLabels(
    t,
    entries.labels,
    Object.keys(review?.labels ?? {}),
  );
  const macs = Object.entries(entries.macs).filter(([, mac]) => mac.trim());
  const macProblem = (mac: string | undefined) =>
    mac?.trim() && !normaliseMacAddress(mac) ? t('create.macBad') : undefined;
  const serialProblem =
    entries.serial && !SERIAL.test(entries.serial)
      ? t('create.serialBad')
      : undefined;

  const submit = () => {
    if (
      serialProblem ||
      typedLabels.problem ||
      macs.some(([, mac]) => macProblem(mac))
    ) {
      return;
    }
    send({
      start: entries.start,
      macAddresses:
        macs.length > 0
          ? Object.fromEntries(
              macs.map(([one, mac]) => [one, normaliseMacAddress(mac) ?? '']),
            )
          : undefined,
      serial: entries.serial || undefined,
      labels:
        Object.keys(typedLabels.labels).length > 0
          ? typedLabels.labels
          : undefined,
      keepAnnotations: entries.keepAnnotations,
      keepInstanceLabels: entries.keepInstanceLabels,
    });
  };

  return {
    ...made,
    query,
    review,
    entries: { ...entries, name },
    enter: (patch: Partial<Entries>) =>
      setEntries(current => ({ ...current, ...patch })),
    macProblem,
    problems: {
      ...made.problems,
      serial: serialProblem ?? refusal('serial'),
      labels: typedLabels.problem ?? refusal('labels'),
      macAddresses: refusal('macAddresses'),
    },
    submit,
  };
}

/** What {@link useCloneForm} gives. */
export type CloneForm = ReturnType<typeof useCloneForm>;
