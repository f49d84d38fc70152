// SPDX-License-Identifier: Apache-2.0
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import {
  kubevirtSnapshotsPermissions,
  RESOURCE_TYPE_KUBEVIRT_VM,
} from 'backstage-plugin-kubevirt-snapshots-common';
import {
  clusterServiceRef,
  kubevirtVmResourceRef,
  kubevirtVmRules,
  ownersOf,
  ProvidedVms,
  readKubevirtSnapshotsConfig,
  proxyAccessRef,
} from 'backstage-plugin-kubevirt-snapshots-node';
import { AuditService } from './audit/AuditService';
import { DatabaseAuditTrail } from './audit/DatabaseAuditTrail';
import { MutationSwitch } from './authorization/MutationSwitch';
import { VmGate } from './authorization/VmGate';
import { vmResources } from './authorization/vmResources';
import { Clock } from './database/Clock';
import { openDatabase } from './database/openDatabase';
import { Acceptor } from './operations/Acceptor';
import { CopyService } from './copies/CopyService';
import { DatabaseOperationStore } from './operations/DatabaseOperationStore';
import { OperationIndex } from './operations/OperationIndex';
import { OperationService } from './operations/OperationService';
import { OperationWorker } from './operations/OperationWorker';
import { reportSettlement } from './operations/reportSettlement';
import { ProtectionService } from './protection/ProtectionService';
import { ProtectionStore } from './protection/ProtectionStore';
import { readRestoreConfig } from './restores/config';
import { LeftOverClaims } from './restores/LeftOverClaims';
import { RestoreHistory } from './restores/RestoreHistory';
import { RestoreReviewer } from './restores/RestoreReviewer';
import { RestoreService } from './restores/RestoreService';
import { createRouter } from './router/createRouter';
import { notificationSenderRef } from './scheduling/Notifier';
import { readScheduleConfig } from './scheduling/readScheduleConfig';
import { ScheduleChanges } from './scheduling/ScheduleChanges';
import { ScheduleStore } from './scheduling/ScheduleStore';
import { ScheduleVerdictMaker } from './scheduling/ScheduleVerdictMaker';
import { Scheduling } from './scheduling/Scheduling';
import { SnapshotLimits } from './scheduling/SnapshotLimits';
import { testClockOffset } from './scheduling/testClock';
import { EventStreams } from './stream/EventStreams';
import { FleetStreams } from './stream/FleetStreams';
import { SafetySnapshots } from './upkeep/SafetySnapshots';
import { Tombstones } from './upkeep/Tombstones';
import { TurnedAway } from './upkeep/TurnedAway';
import { Upkeep } from './upkeep/Upkeep';
import { CaptureRecorder } from './views/CaptureRecorder';
import { FleetViews } from './views/FleetViews';
import { SnapshotViews } from './views/SnapshotViews';
import { Verdicts } from './views/Verdicts';

/**
 * Backend of the KubeVirt snapshots plugin.
 *
 * @public
 */
export const kubevirtSnapshotsPlugin = createBackendPlugin({
  pluginId: 'kubevirt-snapshots',
  register(env) {
    env.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        cluster: clusterServiceRef,
        config: coreServices.rootConfig,
        database: coreServices.database,
        discovery: coreServices.discovery,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        notifications: notificationSenderRef,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        proxyAccess: proxyAccessRef,
        userInfo: coreServices.userInfo,
      },
      async init({
        auditor,
        auth,
        catalog,
        cluster,
        config,
        database,
        discovery,
        httpAuth,
        httpRouter,
        lifecycle,
        logger,
        notifications,
        permissions,
        permissionsRegistry,
        proxyAccess,
        userInfo,
      }) {
        proxyAccess.lend({ auth, discovery });
        const pluginConfig = readKubevirtSnapshotsConfig(config);
        const scheduleConfig = readScheduleConfig(config);
        const knex = await openDatabase(database);
        const clock = new Clock({
          knex,
          offsetMs: testClockOffset({
            config,
            clusterUrls: pluginConfig.clusters.map(c =>
              c.transport === 'direct' ? c.url : `kubernetes-proxy://${c.name}`,
            ),
            logger,
          }),
        });
        const trail = DatabaseAuditTrail.create({
          knex,
          clock,
          allowVolatile: process.env.NODE_ENV === 'test',
        });
        if (trail.refusal) {
          logger.warn(trail.refusal);
        }

        permissionsRegistry.addResourceType({
          resourceRef: kubevirtVmResourceRef,
          permissions: kubevirtSnapshotsPermissions.filter(
            permission =>
              'resourceType' in permission &&
              permission.resourceType === RESOURCE_TYPE_KUBEVIRT_VM,
          ),
          rules: Object.values(kubevirtVmRules),
          getResources: async refs =>
            vmResources(refs, { cluster, binding: pluginConfig.binding }),
        });
        permissionsRegistry.addPermissions(
          kubevirtSnapshotsPermissions.filter(
            permission => !('resourceType' in permission),
          ),
        );

        const provided = ProvidedVms.fromConfig(config);
        const gate = new VmGate({
          catalog,
          permissions,
          permissionsRegistry,
          cluster,
          binding: pluginConfig.binding,
          provided,
        });
        const mutations = new MutationSwitch({
          config: pluginConfig.mutations,
          permissionsEnabled:
            config.getOptionalBoolean('permission.enabled') ?? false,
          cluster,
          trail,
        });
        const store = new DatabaseOperationStore({
          knex,
          clock,
          trail,
          logger,
        });
        const index = new OperationIndex({ store, logger });
        const captures = new CaptureRecorder({
          knex,
          clock,
          cluster,
          logger,
          ownersOf: vm => ownersOf(vm, pluginConfig.binding),
        });
        const protectionStore = new ProtectionStore({
          knex,
          clock,
          trail,
          logger,
        });
        const scheduleStore = new ScheduleStore({
          knex,
          clock,
          trail,
          logger,
        });
        const scheduleChanges = new ScheduleChanges({
          knex,
          store: scheduleStore,
          logger,
        });
        const limits = new SnapshotLimits({
          cluster,
          perVm: scheduleConfig.maximumSnapshotsPerVm,
          perNamespace: scheduleConfig.maximumSnapshotsPerNamespace,
        });
        const scheduleVerdicts = new ScheduleVerdictMaker({
          cluster,
          mutations,
          index,
          limits,
        });
        const verdicts = new Verdicts({
          cluster,
          mutations,
          limits,
          schedules: scheduleVerdicts,
        });
        const fleet = new FleetViews({
          cluster,
          catalog,
          gate,
          index,
          captures,
          verdicts,
          schedules: scheduleChanges,
          scheduleVerdicts,
        });
        const views = new SnapshotViews({
          cluster,
          index,
          captures,
          verdicts,
          protections: protectionStore,
          schedules: scheduleChanges,
          reasonForLastGood:
            config.getOptionalBoolean(
              'kubevirtSnapshots.requireReason.deleteLastGood',
            ) ?? false,
        });
        const protections = new ProtectionService({
          store: protectionStore,
          views,
          trail,
        });
        const acceptor = new Acceptor({ store, mutations });
        const operations = new OperationService({
          store,
          index,
          cluster,
          views,
          acceptor,
          limits,
        });
        const restoreConfig = readRestoreConfig(config);
        const reviewer = new RestoreReviewer({
          cluster,
          index,
          views,
          mutations,
          config: restoreConfig,
        });
        const leftOver = new LeftOverClaims({ store, cluster, clock });
        const restores = new RestoreService({
          acceptor,
          reviewer,
          store,
          index,
          cluster,
          leftOver,
        });
        const restoreHistory = new RestoreHistory({ store, cluster, trail });
        const copies = new CopyService({
          store,
          index,
          cluster,
          views,
          acceptor,
        });
        const streams = new EventStreams({
          cluster,
          index,
          protections: protectionStore,
          schedules: scheduleChanges,
          views,
        });
        const fleetStreams = new FleetStreams({
          cluster,
          index,
          schedules: scheduleChanges,
        });
        const audit = new AuditService({
          config,
          knex,
          clock,
          logger,
          trail,
          cluster,
        });
        const worker = new OperationWorker({
          store,
          trail,
          cluster,
          clock,
          logger,
          onSettled: operation =>
            void reportSettlement(auditor, operation, logger),
        });

        const upkeep = {
          knex,
          trail,
          cluster,
          operations: store,
          index,
          captures,
          protections: protectionStore,
          mutations,
          binding: pluginConfig.binding,
        };
        const scheduling = new Scheduling({
          config: scheduleConfig,
          knex,
          clock,
          trail,
          logger,
          auth,
          catalog,
          permissions,
          cluster,
          binding: pluginConfig.binding,
          gate,
          mutations,
          operations: store,
          index,
          captures,
          protections: protectionStore,
          snapshots: views,
          limits,
          verdicts: scheduleVerdicts,
          store: scheduleStore,
          changes: scheduleChanges,
          notifications,
          chores: [
            new Upkeep({
              cluster,
              logger,
              tasks: [
                new Tombstones(upkeep),
                new SafetySnapshots({ ...upkeep, ...restoreConfig }),
                new TurnedAway(upkeep),
              ],
            }),
          ],
        });

        await index.start();
        await captures.start();
        await audit.start();
        await protectionStore.start();
        await scheduling.start();
        httpRouter.addAuthPolicy({ path: '/health', allow: 'unauthenticated' });
        httpRouter.use(
          createRouter({
            httpAuth,
            permissions,
            auditor,
            logger,
            gate,
            mutations,
            cluster,
            catalog,
            fleet,
            userInfo,
            views,
            operations,
            reviewer,
            restores,
            restoreHistory,
            leftOver,
            copies,
            provided,
            protections,
            protectionStore,
            store,
            index,
            scheduling,
            streams,
            fleetStreams,
            denied: audit.denied,
            reads: audit.reads,
            verification: audit.verification,
            trail,
            knex,
            clock,
            permissionsRegistry,
          }),
        );
        lifecycle.addStartupHook(() => {
          worker.start();
          scheduling.runner.start();
        });
        lifecycle.addShutdownHook(async () => {
          streams.close();
          fleetStreams.close();
          index.stop();
          captures.stop();
          protectionStore.stop();
          await scheduling.stop();
          await worker.stop();
          await audit.stop();
        });
      },
    });
  },
});
