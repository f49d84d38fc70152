// SPDX-License-Identifier: Apache-2.0
import {
  createTranslationRef,
  useTranslationRef,
  type TranslationFunction,
} from '@backstage/frontend-plugin-api';
import { auditMessages } from './audit';
import { bulkMessages } from './bulk';
import { createMessages } from './create';
import { detailMessages } from './details';
import { errorMessages } from './errors';
import { fleetMessages } from './fleet';
import { formMessages } from './forms';
import { restoreMessages } from './restore';
import { reviewMessages } from './review';
import { scheduleMessages } from './schedules';
import { stateMessages } from './states';
import { tabMessages } from './tab';

/**
 * Every text of the plugin, so that an app can translate or change it.
 *
 * @public
 */
export const kubevirtSnapshotsTranslationRef = createTranslationRef({
  id: 'plugin.kubevirt-snapshots',
  messages: {
    ...tabMessages,
    ...stateMessages,
    ...formMessages,
    ...detailMessages,
    ...errorMessages,
    ...auditMessages,
    ...fleetMessages,
    ...bulkMessages,
    ...reviewMessages,
    ...createMessages,
    ...restoreMessages,
    ...scheduleMessages,
  },
});

/** Type of the function that {@link useTexts} gives. */
export type Texts = TranslationFunction<
  (typeof kubevirtSnapshotsTranslationRef)['T']
>;

/** The plugin's texts in the language of the app. */
export function useTexts(): Texts {
  return useTranslationRef(kubevirtSnapshotsTranslationRef).t;
}
