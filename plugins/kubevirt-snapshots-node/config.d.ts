// SPDX-License-Identifier: Apache-2.0

export interface Config {
  /** Snapshots of KubeVirt virtual machines. Read by the backend only. */
  kubevirtSnapshots?: {
    /**
     * The clusters whose VMs the portal shows. Where the cluster's name is also
     * that of a cluster under `kubernetes.clusterLocatorMethods` (type
     * `config`), its URL and CA are taken from there unless given here.
     */
    clusters?: Array<{
      /**
       * Name of the cluster, the first part of `<cluster>/<namespace>/<name>`
       * in the annotation `kubevirt-snapshots/vm`. Don't change it later:
       * records of operations and the audit trail are kept under it.
       */
      name: string;
      /** Name for people. */
      title?: string;
      /**
       * File with the token of the portal's own service account in this
       * cluster (deploy/kubevirt-snapshots-rbac.yaml). It is read again when
       * it changes, so a projected volume that rotates is fine. The token is
       * never in the configuration itself.
       *
       * Not the account of the Kubernetes plugin: whatever that one may do,
       * everybody with `kubernetes.proxy` may do.
       */
      serviceAccountTokenFile?: string;
      /**
       * `direct` (default): with the account above. `kubernetesProxy`: through
       * the Kubernetes plugin, with its account, for clusters that only its
       * other locators know. Then none of the keys for address and account may
       * be given, and changes stay off unless `acceptProxyBypass` is set: an
       * account that can write is lent to everybody with `kubernetes.proxy`.
       */
      transport?: 'direct' | 'kubernetesProxy';
      /** Address of the API server. Plain http is for loopback only. */
      url?: string;
      /** File with the CA of the API server, PEM. */
      caFile?: string;
      /** CA of the API server, PEM in Base64 as in a kubeconfig. */
      caData?: string;
      /** Don't check the API server's certificate. Not for production. */
      skipTLSVerify?: boolean;
      /**
       * Create and delete in the name of the person, so that the cluster's own
       * audit log names them: as user `backstage:<entity ref>` and one group.
       * Off when left out.
       */
      impersonation?: {
        /**
         * File with the token of a second service account that may impersonate
         * (deploy/kubevirt-snapshots-impersonation-rbac.yaml). Never the
         * account of the Kubernetes plugin: its proxy passes the callers'
         * Impersonate headers on.
         */
        serviceAccountTokenFile: string;
        /**
         * Group that holds the rights to create and delete. Default
         * `backstage:kubevirt-snapshots`.
         */
        group?: string;
      };
      /**
       * Watch only these namespaces. The service account then needs a Role in
       * each of them instead of the ClusterRole. All namespaces when left out.
       */
      namespaces?: string[];
    }>;

    /** How catalog entities are bound to VMs. */
    binding?: {
      /**
       * `strict` (default): the cluster or the portal's own catalog provider
       * has to confirm an entity's annotation. `trusting`: in the namespaces
       * below the annotation and the owner in a catalog file are believed, so
       * whoever may register a catalog file decides whose VM it is.
       */
      mode?: 'strict' | 'trusting';
      /** `<cluster>/<namespace>`; where `trusting` applies. */
      namespaces?: string[];
    };

    /**
     * Owners of VMs that carry no annotation `kubevirt-snapshots/owner`, by
     * namespace.
     */
    namespaceOwners?: Array<{
      /** Name of the cluster. */
      cluster: string;
      /** Name of the namespace. */
      namespace: string;
      /** Entity refs such as `group:default/team-a`. */
      owners: string[];
    }>;

    /**
     * Changes are off in a cluster while the Kubernetes plugin's account could
     * write snapshots or restores there, because then everybody with
     * `kubernetes.proxy` could do so past the permissions and the audit trail
     * of this plugin. `true` turns them on nevertheless.
     */
    acceptProxyBypass?: boolean;

    /** What may be changed by people whom the portal can't tell apart. */
    mutations?: {
      /** Guests may change things. Default false. */
      guests?: boolean;
      /**
       * Changes are on although the permission framework is off, so that every
       * signed-in user may do everything. Default false.
       */
      withoutPermissions?: boolean;
    };
  };
}
