// SPDX-License-Identifier: Apache-2.0
import type { TemplateRequest } from 'backstage-plugin-kubevirt-snapshots-common';
import type { CapturedPlan } from 'backstage-plugin-kubevirt-snapshots-node';
import type { TemplateWanted } from '../operations/copy/types';
import { badInput } from '../errors';

/**
 * What of a request gets into a template, checked against what was captured.
 *
 * @throws InputError that names the field
 */
export function templateWanted(
  request: TemplateRequest,
  plan: CapturedPlan,
  api: TemplateWanted['api'],
): TemplateWanted {
  const parameters = (request.parameters ?? []).map(parameter => {
    const slot = plan.slots.find(({ slot: id }) => id === parameter.slot);
    if (!slot) {
      throw badInput(
        `There is no ${parameter.slot} that could become a parameter`,
        'parameters',
      );
    }
    const value = parameter.value ?? slot.value;
    if (
      value !== undefined &&
      value !== '' &&
      slot.pattern &&
      !new RegExp(slot.pattern).test(value)
    ) {
      throw badInput(
        `${value} can't be the value of parameter ${parameter.name}`,
        'parameters',
      );
    }
    if (!value && !parameter.required) {
      throw badInput(
        `Parameter ${parameter.name} needs a value, or has to be required`,
        'parameters',
      );
    }
    return { ...parameter, ...(value && { value }) };
  });
  const userData = (request.userData ?? []).map(choice => {
    const volume = plan.userData.find(entry => entry.volume === choice.volume);
    if (!volume?.actions.includes(choice.action)) {
      throw badInput(
        `Volume ${choice.volume} can't be treated as ${choice.action}`,
        'userData',
      );
    }
    if (choice.action === 'parameter' && !choice.parameterName) {
      throw badInput(
        `Say how the parameter for volume ${choice.volume} is called`,
        'userData',
      );
    }
    if (choice.action === 'secret' && !choice.secretName) {
      throw badInput(
        `Confirm the Secret that volume ${choice.volume} refers to`,
        'userData',
      );
    }
    return choice;
  });
  const unique = (values: string[], field: string, what: string) => {
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined) {
      throw badInput(`${what} ${twice} is there twice`, field);
    }
  };
  unique(
    parameters.map(({ slot }) => slot),
    'parameters',
    'Place',
  );
  unique(
    userData.map(({ volume }) => volume),
    'userData',
    'Volume',
  );
  unique(
    [
      ...parameters.map(({ name }) => name),
      ...userData.flatMap(({ action, parameterName }) =>
        action === 'parameter' ? [parameterName!] : [],
      ),
    ],
    'parameters',
    'Parameter',
  );
  return {
    api,
    volumes: plan.disks.map(disk => disk.name),
    parameters,
    userData,
  };
}
