// SPDX-License-Identifier: Apache-2.0
import { createApp } from '@backstage/frontend-defaults';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import kubernetesPlugin from '@backstage/plugin-kubernetes/alpha';
import orgPlugin from '@backstage/plugin-org/alpha';
import userSettingsPlugin from '@backstage/plugin-user-settings/alpha';
import kubevirtSnapshotsPlugin from 'backstage-plugin-kubevirt-snapshots';
import { navModule } from './nav';
import { settingsModule } from './settings';
import { signInModule } from './signIn';

/**
 * The Kubernetes tab for those who may use it: the sample policy denies it to
 * developers, who would open a tab of errors.
 */
const kubernetes = kubernetesPlugin.withOverrides({
  extensions: [
    kubernetesPlugin
      .getExtension('entity-content:kubernetes/kubernetes')
      .override({
        if: { permissions: { $contains: 'kubernetes.resources.read#read' } },
      }),
  ],
});

// Named one by one instead of discovered, so that what is in the bundle can be
// read here.
export default createApp({
  features: [
    catalogPlugin,
    orgPlugin,
    kubernetes,
    kubevirtSnapshotsPlugin,
    userSettingsPlugin,
    navModule,
    settingsModule,
    signInModule,
  ],
});
