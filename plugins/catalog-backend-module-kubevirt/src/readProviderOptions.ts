// SPDX-License-Identifier: Apache-2.0
import {
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { KubernetesValidatorFunctions } from '@backstage/catalog-model';
import { readDurationFromConfig, type Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { durationToMilliseconds } from '@backstage/types';
import { normalizeEntityRef } from 'backstage-plugin-kubevirt-snapshots-node';
import { readLinks, type LinkTemplate } from './vmLinks';

const DEFAULT_SCHEDULE: SchedulerServiceTaskScheduleDefinition = {
  frequency: { minutes: 10 },
  timeout: { minutes: 5 },
};
const DEFAULT_DEBOUNCE_MS = 1_000;

/** How one provider writes its entities and when; which VMs is read elsewhere. */
export interface ProviderOptions {
  /** Entity ref, lower case. */
  defaultOwner?: string;
  systemLabel?: string;
  links: LinkTemplate[];
  schedule: SchedulerServiceTaskScheduleDefinition;
  debounceMs: number;
}

function readDefaultOwner(config: Config, at: string): string | undefined {
  const text = config.getOptionalString('defaultOwner');
  const ref = text && normalizeEntityRef(text);
  if (text && !ref) {
    throw new InputError(
      `${at}.defaultOwner is "${text}", which is no entity ref such as group:default/team-a.`,
    );
  }
  return ref;
}

function readSystemLabel(config: Config, at: string): string | undefined {
  const key = config.getOptionalString('systemLabel');
  if (key !== undefined && !KubernetesValidatorFunctions.isValidLabelKey(key)) {
    throw new InputError(
      `${at}.systemLabel is "${key}", which is no key of a label such as app.kubernetes.io/part-of.`,
    );
  }
  return key;
}

function readDebounce(config: Config, at: string): number {
  if (!config.has('debounce')) {
    return DEFAULT_DEBOUNCE_MS;
  }
  const ms = durationToMilliseconds(
    readDurationFromConfig(config, { key: 'debounce' }),
  );
  if (ms < 50 || ms > 60_000) {
    throw new InputError(
      `${at}.debounce is ${ms} ms. Write a duration from 50 ms to 1 minute.`,
    );
  }
  return ms;
}

/**
 * Reads the part of one provider's configuration that concerns the catalog.
 *
 * @throws InputError that names the key and what to do
 */
export function readProviderOptions(
  config: Config,
  options: {
    /** Key of the configuration. */
    at: string;
    /** Address of the portal. */
    baseUrl?: string;
  },
): ProviderOptions {
  const { at } = options;
  return {
    defaultOwner: readDefaultOwner(config, at),
    systemLabel: readSystemLabel(config, at),
    links: readLinks(config, options),
    schedule: config.has('schedule')
      ? readSchedulerServiceTaskScheduleDefinitionFromConfig(
          config.getConfig('schedule'),
        )
      : DEFAULT_SCHEDULE,
    debounceMs: readDebounce(config, at),
  };
}
