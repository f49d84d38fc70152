// SPDX-License-Identifier: Apache-2.0
import type {
  TemplateApi,
  TemplateParameter,
  TemplateUserDataChoice,
} from 'backstage-plugin-kubevirt-snapshots-common';

/** What was accepted of a new VM. Its name is the operation's target. */
export interface CloneWanted {
  start: boolean;
  /** With dashes. */
  macAddresses: Record<string, string>;
  serial?: string;
  labels: Record<string, string>;
  keepAnnotations: boolean;
  keepInstanceLabels: boolean;
}

/** What was accepted of a template. Its name is the operation's target. */
export interface TemplateWanted {
  api: TemplateApi;
  /** Captured volumes, a disk of the template each. */
  volumes: string[];
  parameters: TemplateParameter[];
  userData: TemplateUserDataChoice[];
}
