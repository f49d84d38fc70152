// SPDX-License-Identifier: Apache-2.0

export interface Config {
  kubevirtSnapshots?: {
    /** Restores. Read by the backend only. */
    restore?: {
      /**
       * People may choose to restore in place: the VM's disks are deleted and
       * made anew under their names. Default false.
       */
      inPlace?: boolean;
      /** How long safety snapshots are kept, in days. Default 7. */
      safetySnapshotDays?: number;
    };

    /** Acts that need a reason, which is kept in the trail. Read by the backend only. */
    requireReason?: {
      /** Deleting the last snapshot of a VM that can be restored. Default false. */
      deleteLastGood?: boolean;
      /** Restoring a VM. Default false. */
      restore?: boolean;
    };

    /** The audit trail. Read by the backend only. */
    audit?: {
      /**
       * File with the Ed25519 private key, PEM (PKCS8), that checkpoints are
       * signed with. Make one with `openssl genpkey -algorithm ed25519`, and
       * keep it where the database's administrators can't read it. Without a
       * key the trail is a chain of hashes that nobody vouches for.
       */
      signingKeyFile?: string;
      /**
       * The same key as text, e.g. from an environment variable.
       * @visibility secret
       */
      signingKey?: string;
      /** Files with the public keys (PEM) that were in use before. */
      publicKeyFiles?: string[];
      /**
       * File that checkpoints are appended to, outside the reach of the
       * database's administrators. When the trail is older than its last line,
       * changes are refused until an operator has run `audit recover`.
       */
      checkpointFile?: string;
      /**
       * ConfigMap that the newest checkpoints go to, in a cluster whose
       * administrators are not those of the database. It has to be there; see
       * `deploy/audit-checkpoints.yaml`.
       */
      checkpointConfigMap?: {
        /** One of `kubevirtSnapshots.clusters`. */
        cluster: string;
        namespace: string;
        name: string;
      };
      /** When a checkpoint is made, whichever comes first. */
      checkpointEvery?: {
        /** So many new rows. Default 100. */
        rows?: number;
        /** So many minutes, if there is a new row. Default 1. */
        minutes?: number;
      };
    };

    /** Schedules: what the platform team allows and offers. */
    schedules?: {
      /** Two runs of a schedule are at least so many minutes apart. */
      minimumIntervalMinutes?: number;
      /** A schedule keeps so many snapshots at most. */
      maximumKept?: number;
      /** A VM has so many schedules at most. */
      maximumPerVm?: number;
      /**
       * A VM has so many snapshots at most, whoever took them; taking one by
       * hand is refused then too.
       */
      maximumSnapshotsPerVm?: number;
      /** The same for all VMs of a namespace together. */
      maximumSnapshotsPerNamespace?: number;
      /**
       * Snapshots that are taken at once in one cluster; more that are due
       * wait for their turn. Default 10.
       */
      snapshotsAtOnce?: number;
      /** Rules to choose from by name. */
      presets?: Array<{
        name: string;
        title?: string;
        description?: string;
        /** As in the API, e.g. `{ kind: daily, hour: 3, minute: 0 }`. */
        rule: {
          kind: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'cron';
          minute?: number;
          hour?: number;
          days?: number[];
          on?: {
            kind: 'day' | 'last-day' | 'weekday';
            day?: number;
            nth?: number;
          };
          expression?: string;
        };
        /** What to keep; everything when left out. */
        retention?: {
          keepLast?: number;
          maxAgeDays?: number;
          daily?: number;
          weekly?: number;
          monthly?: number;
          yearly?: number;
        };
      }>;
    };

    /** For automatic tests of the portal, with clusters on the same machine. */
    testing?: {
      /**
       * File with a number of milliseconds by which the plugin's clock is
       * ahead. The backend refuses to start with it unless every cluster's URL
       * is on loopback.
       */
      clockOffsetFile?: string;
    };
  };
}
