// SPDX-License-Identifier: Apache-2.0
import { R } from '../api/resources';
import { toKubeTime } from '../clock';
import type { KubeObject } from '../types';
import { Controller } from './controller';

/** virt-template's controller: says that a template can be used. */
export class TemplateController extends Controller {
  protected readonly resource = R.template;

  protected reconcile(template: KubeObject): void {
    const { generation } = template.metadata;
    const [ready] = template.status?.conditions ?? [];
    if (ready?.observedGeneration === generation) {
      return;
    }
    this.client.changeStatus(R.template, template, copy => {
      copy.status = {
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            observedGeneration: generation,
            reason: 'Reconciled',
            message: 'VirtualMachineTemplate is ready to be processed',
            lastTransitionTime: toKubeTime(this.clock.now()),
          },
        ],
      };
    });
  }
}
