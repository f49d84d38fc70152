// SPDX-License-Identifier: Apache-2.0
import {
  createTranslationRef,
  useTranslationRef,
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

type Messages = (typeof kubevirtSnapshotsTranslationRef)['T'];

/** Messages by the keys one asks with: plural forms share theirs. */
type Asked = {
  [Key in keyof Messages as Key extends `${infer Stem}_${'one' | 'other'}`
    ? Stem
    : Key]: Messages[Key];
};

type PluralKey = {
  [Key in keyof Messages]: Key extends `${infer Stem}_other` ? Stem : never;
}[keyof Messages];

/** Names of the values that a message has room for. */
type Values<Message> = Message extends `${string}{{${infer Name}}}${infer Rest}`
  ? Exclude<Name, 'count'> | Values<Rest>
  : never;

type Options<Key extends keyof Asked, Value> = ([Values<Asked[Key]>] extends [
  never,
]
  ? unknown
  : Record<Values<Asked[Key]>, Value>) &
  (Key extends PluralKey ? { count: number } : unknown);

type Arguments<Key extends keyof Asked, Value> = unknown extends Options<
  Key,
  Value
>
  ? [key: Key]
  : [key: Key, options: Options<Key, Value>];

/**
 * The function that {@link useTexts} gives: a text by its key, with the values
 * that its message has room for. Says the same of them as Backstage's own
 * `TranslationFunction`, which works out all messages anew at every call: with
 * this many of them that took most of the compiler's time.
 */
export interface Texts {
  <Key extends keyof Asked>(...asked: Arguments<Key, string>): string;
  /** With an element among the values one gets an element. */
  <Key extends keyof Asked>(
    ...asked: Arguments<Key, string | JSX.Element>
  ): JSX.Element;
}

/** The plugin's texts in the language of the app. */
export function useTexts(): Texts {
  return useTranslationRef(kubevirtSnapshotsTranslationRef).t as Texts;
}
