// SPDX-License-Identifier: Apache-2.0
import { randomSuffix } from '../names';
import { R } from '../resources';
import type { StatusCause } from '../status';
import { invalidField, Webhook, WebhookCrash } from './admission';

/** Go's three notations of six bytes; none at all is one to be made anew. */
const MAC =
  /^([0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2})?$/;

function filterCauses(field: string, filters: string[] = []): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const filter of filters) {
    const rules: Array<[boolean, string, string, string]> = [
      [
        filter.lastIndexOf('!') > 0,
        'a negation character (!)',
        'NegationChar',
        'can be only used at the beginning of the filter',
      ],
      [
        filter.includes('*') && filter.indexOf('*') !== filter.length - 1,
        'a wildcard character (*)',
        'WildcardChar',
        'can be only at the end of the filter',
      ],
    ];
    if (filter === '!') {
      causes.push(
        invalidField(field, 'a negation character is not a valid filter'),
      );
    }
    for (const [broken, what, name, rule] of rules) {
      if (broken) {
        causes.push(
          invalidField(
            field,
            `${field} filter ${filter} is invalid: cannot contain ${what}; FilterRules: ${name} ${rule}`,
          ),
        );
      }
    }
  }
  return causes;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function sourceCauses(spec: any): StatusCause[] {
  const causes: StatusCause[] = [];
  const kinds = ['VirtualMachine', 'VirtualMachineSnapshot'];
  if (!kinds.includes(spec.source.kind)) {
    causes.push(
      invalidField('spec.Source.Kind', 'Source kind is not supported'),
    );
  }
  if (spec.target && spec.target.kind !== 'VirtualMachine') {
    causes.push(
      invalidField('spec.Target.Kind', 'Target kind is not supported'),
    );
  }
  if (!spec.source.apiGroup) {
    causes.push(
      invalidField('spec.Source.APIGroup', "Source's APIGroup cannot be empty"),
    );
  }
  if (!spec.source.name) {
    causes.push(
      invalidField('spec.Source.Name', "Source's name cannot be empty"),
    );
  }
  if (
    spec.source.kind === 'VirtualMachine' &&
    spec.target?.kind === 'VirtualMachine' &&
    spec.source.name === spec.target.name
  ) {
    causes.push(
      invalidField(
        'spec.target.name',
        'Target name cannot be equal to source name when both are VirtualMachines',
      ),
    );
  }
  return causes;
}

export function cloneWebhooks(options: { gate: () => boolean }): Webhook[] {
  return [
    {
      name: 'virtualmachineclones-mutator.kubevirt.io',
      path: 'vm-clone-mutate-create',
      resource: R.clone,
      operations: ['CREATE'],
      mutate({ object }) {
        const { spec } = object;
        if (!spec?.source) {
          throw new WebhookCrash();
        }
        const name = `clone-${spec.source.name}-${randomSuffix()}`;
        if (!spec.target) {
          spec.target = {
            apiGroup: 'kubevirt.io',
            kind: 'VirtualMachine',
            name,
          };
          spec.template ??= {};
        } else if (!spec.target.name) {
          spec.target.name = name;
        }
      },
    },
    {
      name: 'vm-clone-validator.kubevirt.io',
      path: 'vm-clone-validate-create',
      resource: R.clone,
      operations: ['CREATE', 'UPDATE'],
      validate({ operation, object }) {
        if (operation === 'CREATE' && !options.gate()) {
          return { message: 'snapshot feature gate is not enabled' };
        }
        const { spec } = object;
        const causes = [
          ...filterCauses('spec.annotations', spec.annotationFilters),
          ...filterCauses('spec.labels', spec.labelFilters),
          ...filterCauses(
            'spec.template.annotations',
            spec.template?.annotationFilters,
          ),
          ...filterCauses('spec.template.labels', spec.template?.labelFilters),
          ...sourceCauses(spec),
        ];
        for (const [name, mac] of Object.entries(spec.newMacAddresses ?? {})) {
          if (!MAC.test(String(mac))) {
            causes.push(
              invalidField(
                `spec.newMacAddresses.${name}`,
                `interface ${name} has malformed MAC address (${mac}).`,
              ),
            );
          }
        }
        (spec.patches ?? []).forEach((patch: string, index: number) => {
          if (!isJson(patch)) {
            causes.push(
              invalidField(
                `spec.patches[${index}]`,
                `patch is not valid JSON (${patch})`,
              ),
            );
          }
        });
        return causes.length > 0 ? { causes } : undefined;
      },
    },
  ];
}
