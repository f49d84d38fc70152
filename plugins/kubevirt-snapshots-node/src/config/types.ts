// SPDX-License-Identifier: Apache-2.0

/**
 * A cluster as configured.
 *
 * @public
 */
export type ClusterConfig = DirectClusterConfig | ProxiedClusterConfig;

/**
 * What both kinds of clusters have.
 *
 * @public
 */
export interface ClusterConfigBase {
  name: string;
  title?: string;
  /** Namespaces to watch; absent: all. */
  namespaces?: string[];
}

/**
 * A cluster that is reached through the Kubernetes plugin, with that plugin's
 * account.
 *
 * @public
 */
export interface ProxiedClusterConfig extends ClusterConfigBase {
  transport: 'kubernetesProxy';
}

/**
 * A cluster that is called with the portal's own account, with what is
 * inherited from the Kubernetes plugin's entry of that name.
 *
 * @public
 */
export interface DirectClusterConfig extends ClusterConfigBase {
  transport: 'direct';
  /** Base URL of the API server, without a slash at its end. */
  url: string;
  /** File with the token of the portal's own service account. */
  serviceAccountTokenFile: string;
  caFile?: string;
  /** PEM in Base64, as in a kubeconfig. */
  caData?: string;
  skipTLSVerify?: boolean;
  /** Act in the name of the person, with an account of its own. */
  impersonation?: {
    serviceAccountTokenFile: string;
    /** Group that everybody acts as, and that the rights are bound to. */
    group: string;
  };
  /**
   * How the Kubernetes plugin gets at this cluster, as far as its
   * configuration tells. Only `serviceAccount` can be asked what it may do.
   */
  kubernetesPlugin?: {
    authProvider: string;
    serviceAccountToken?: string;
  };
}

/**
 * How entities are bound to VMs, and who owns VMs that don't say it.
 *
 * @public
 */
export interface BindingConfig {
  mode: 'strict' | 'trusting';
  /** `<cluster>/<namespace>`; where `trusting` applies. */
  trustedNamespaces: string[];
  namespaceOwners: {
    cluster: string;
    namespace: string;
    /** Entity refs, lower case. */
    owners: string[];
  }[];
}

/**
 * Configuration of the cluster service and the binding, read and checked.
 *
 * @public
 */
export interface KubevirtSnapshotsConfig {
  clusters: ClusterConfig[];
  binding: BindingConfig;
  acceptProxyBypass: boolean;
  mutations: {
    /** Guests may change things although nobody knows who they are. */
    guests: boolean;
    /** Changes are on although the permission framework is off. */
    withoutPermissions: boolean;
  };
}
