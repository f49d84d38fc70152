// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../../types';
import type { UserInfo } from '../objectApi';
import type { RbacAuthorizer } from '../rbac';
import { R } from '../resources';
import { ApiError } from '../status';
import { referencedParameters } from '../templateProcessing';
import type { Webhook } from './admission';

const POLICY = 'virt-template-vmtr-authz';

/** The first right that the asker of a request lacks, in the policy's words. */
function lackingRight(
  rbac: RbacAuthorizer,
  object: KubeObject,
  user: UserInfo,
): string | undefined {
  const namespace = object.metadata.namespace!;
  const source = object.spec?.virtualMachineRef ?? {};
  const may = (group: string, resource: string, where: string, name?: string) =>
    rbac.decide(user, {
      verb: 'create',
      group,
      resource,
      namespace: where,
      ...(name && { name }),
    }).allowed;
  const template = 'template.kubevirt.io';
  if (
    source.namespace !== namespace &&
    !may(
      template,
      'virtualmachinetemplaterequests/source',
      source.namespace,
      source.name,
    )
  ) {
    return `User is not allowed to use VirtualMachine ${source.namespace}/${source.name} as a source for VirtualMachineTemplateRequests`;
  }
  if (!may('cdi.kubevirt.io', 'datavolumes', namespace)) {
    return `User is not allowed to create DataVolumes in namespace ${namespace}`;
  }
  if (!may(template, 'virtualmachinetemplates', namespace)) {
    return `User is not allowed to create VirtualMachineTemplates in namespace ${namespace}`;
  }
  return undefined;
}

/**
 * What stands before virt-template's objects: its webhook, which wants every parameter that is referred to defined, and
 * the ValidatingAdmissionPolicy on requests. A plain template needs no right beside its own.
 */
export function templateAdmission(options: {
  rbac: RbacAuthorizer;
}): Webhook[] {
  return [
    {
      name: 'vvirtualmachinetemplate-v1beta1.kb.io',
      path: 'validate-template-kubevirt-io-v1beta1-virtualmachinetemplate',
      resource: R.template,
      operations: ['CREATE', 'UPDATE'],
      elsewhere: true,
      validate({ object, warnings }) {
        const parameters: any[] = object.spec.parameters ?? [];
        const defined = new Set(parameters.map(entry => entry.name));
        const referenced = referencedParameters(object.spec);
        parameters.forEach((entry, index) => {
          if (!referenced.has(entry.name)) {
            warnings?.push(
              `spec.parameters[${index}].name: ${entry.name} is defined but never referenced`,
            );
          }
        });
        const missing = [...referenced].filter(name => !defined.has(name));
        return missing.length > 0
          ? {
              message: missing
                .map(
                  name =>
                    `spec.virtualMachine: Invalid value: references undefined parameter ${name}`,
                )
                .join(', '),
            }
          : undefined;
      },
    },
    {
      name: POLICY,
      path: '',
      resource: R.templateRequest,
      operations: ['CREATE'],
      elsewhere: true,
      validate({ object, user }) {
        const lacking = lackingRight(options.rbac, object, user);
        if (lacking) {
          const name = object.metadata.name!;
          throw new ApiError({
            code: 403,
            reason: 'Forbidden',
            message: `virtualmachinetemplaterequests.template.kubevirt.io "${name}" is forbidden: ValidatingAdmissionPolicy '${POLICY}' with binding '${POLICY}' denied request: ${lacking}`,
            details: {
              name,
              group: 'template.kubevirt.io',
              kind: 'virtualmachinetemplaterequests',
              causes: [{ message: lacking }],
            },
          });
        }
        return undefined;
      },
    },
  ];
}
