// SPDX-License-Identifier: Apache-2.0
import { ClusterError, ClusterErrorCode } from '../cluster/ClusterError';
import { capText } from '../text/capText';
import { Resource, resourceName } from './resources';

/** What was asked of the cluster, for the message. */
export interface Asked {
  cluster: string;
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  resource: Resource;
  namespace?: string;
}

/** The parts of a Kubernetes Status that count here. */
interface Status {
  reason?: string;
  message?: string;
  details?: { name?: string; kind?: string; retryAfterSeconds?: number };
}

const HOW_TO_GATE =
  'Enable the feature gate Snapshot in the KubeVirt resource (spec.configuration.developerConfiguration.featureGates).';

function readStatus(body: string): Status {
  try {
    const parsed = JSON.parse(body);
    if (parsed && typeof parsed === 'object' && parsed.kind === 'Status') {
      return parsed;
    }
    // As the Kubernetes plugin's proxy reports what went wrong on its side.
    if (typeof parsed?.error?.message === 'string') {
      return { message: parsed.error.message };
    }
  } catch {
    // Not a Status: plain text of an aggregated API or of something between.
  }
  return { message: body.trim() };
}

function retryAfterMs(
  header: string | undefined,
  status: Status,
): number | undefined {
  const seconds = Number(header ?? status.details?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(seconds, 3600) * 1000
    : undefined;
}

function where(asked: Asked): string {
  return asked.namespace ? ` in namespace ${asked.namespace}` : '';
}

/** A 404 that is not about one object: the resource itself isn't served. */
function isApiMissing(status: Status): boolean {
  const { name, kind } = status.details ?? {};
  return (
    !name &&
    (!kind ||
      /could not find the requested resource|page not found/.test(
        status.message ?? '',
      )) &&
    !/^namespaces "/.test(status.message ?? '')
  );
}

function missingMessage(asked: Asked): string {
  const { group } = asked.resource;
  const name = resourceName(asked.resource);
  if (group === 'snapshot.kubevirt.io' || group === 'kubevirt.io') {
    return `Cluster ${asked.cluster} doesn't serve ${name} in version ${asked.resource.version}. Install KubeVirt there with its snapshot API; it is looked for again.`;
  }
  return `Cluster ${asked.cluster} doesn't serve ${name}.`;
}

function forClientError(
  httpStatus: number,
  status: Status,
  asked: Asked,
  quoted: string,
): { code: ClusterErrorCode; message: string } {
  const { cluster, verb } = asked;
  const name = resourceName(asked.resource);
  switch (httpStatus) {
    case 401:
      return {
        code: 'unauthorized',
        message: `Cluster ${cluster} doesn't accept the token of the portal's service account. Renew the file named by serviceAccountTokenFile (deploy/README.md).`,
      };
    case 403:
      if (!/ cannot \S+ resource /.test(quoted) && status.message) {
        // A quota, an admission policy, a namespace on its way out: the
        // account isn't what is wrong.
        return { code: 'refused', message: quoted };
      }
      return {
        code: 'forbidden',
        message: `The portal's service account may not ${verb} ${name}${where(
          asked,
        )} of cluster ${cluster}. Apply deploy/kubevirt-snapshots-rbac.yaml there. The cluster says: ${quoted}`,
      };
    case 404:
      return isApiMissing(status)
        ? { code: 'crds-missing', message: missingMessage(asked) }
        : { code: 'not-found', message: quoted };
    case 409:
      return {
        code: status.reason === 'AlreadyExists' ? 'already-exists' : 'conflict',
        message: quoted,
      };
    case 429:
      return {
        code: 'overloaded',
        message: `Cluster ${cluster} has too much to do and asks to come back later: ${quoted}`,
      };
    default:
      return /feature gate (is )?not enabled/i.test(quoted)
        ? {
            code: 'feature-gate',
            message: `KubeVirt's snapshots are switched off in cluster ${cluster}. ${HOW_TO_GATE} The cluster says: ${quoted}`,
          }
        : { code: 'refused', message: quoted };
  }
}

/**
 * Makes of a failed answer an error with a message that a person can act on.
 * The cluster's own words are quoted, cut at 2 KB.
 *
 * @param body - the answer's body; a Status, or any text
 */
export function statusError(
  asked: Asked,
  answer: { httpStatus: number; body: string; retryAfter?: string },
): ClusterError {
  const { httpStatus } = answer;
  const status = readStatus(answer.body);
  const quoted = capText(status.message || `HTTP ${httpStatus}`);
  const options = {
    httpStatus,
    retryAfterMs: retryAfterMs(answer.retryAfter, status),
  };
  if (httpStatus >= 300 && httpStatus < 400) {
    return new ClusterError(
      'refused',
      `Cluster ${asked.cluster} answered with a redirect, which is never followed. Check its URL.`,
      options,
    );
  }
  if (httpStatus >= 500 || httpStatus === 408) {
    return new ClusterError(
      'server-error',
      capText(`Cluster ${asked.cluster} failed to answer: ${quoted}`),
      options,
    );
  }
  const { code, message } = forClientError(httpStatus, status, asked, quoted);
  return new ClusterError(code, capText(message), options);
}
