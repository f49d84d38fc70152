// SPDX-License-Identifier: Apache-2.0
import { ObjectApi, UserInfo } from './objectApi';
import { R, resourceByKey } from './resources';
import { ApiError } from './status';
import { processTemplate } from './templateProcessing';

/** virt-template's aggregated API: `process` shows the machine, `create` makes it. */
export class TemplateActions {
  readonly #api: ObjectApi;

  constructor(options: { api: ObjectApi }) {
    this.#api = options.api;
  }

  /** Undefined when there is no such action. @throws ApiError */
  run(
    action: string,
    namespace: string,
    name: string,
    body: any,
    user: UserInfo,
  ): object | undefined {
    if (action !== 'process' && action !== 'create') {
      return undefined;
    }
    const template = this.#api.get(resourceByKey(R.template), namespace, name);
    let made;
    try {
      made = processTemplate(template.spec, body?.parameters ?? {});
    } catch (error) {
      throw new ApiError({
        code: 422,
        reason: 'Invalid',
        message: `VirtualMachineTemplate.template.kubevirt.io "${name}" is invalid: ${
          (error as Error).message
        }`,
      });
    }
    const { virtualMachine, message } = made;
    return {
      apiVersion: 'subresources.template.kubevirt.io/v1beta1',
      kind: 'ProcessedVirtualMachineTemplate',
      templateRef: { namespace, name },
      virtualMachine:
        action === 'create'
          ? this.#api.create(
              resourceByKey(R.vm),
              namespace,
              {
                ...virtualMachine,
                metadata: { ...virtualMachine.metadata, namespace },
              },
              { user },
            )
          : virtualMachine,
      message,
    };
  }
}
