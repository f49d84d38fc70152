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
      /** When a checkpoint is made, whichever comes first. */
      checkpointEvery?: {
        /** So many new rows. Default 100. */
        rows?: number;
        /** So many minutes, if there is a new row. Default 1. */
        minutes?: number;
      };
    };
  };
}
