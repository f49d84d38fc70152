// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { step, UserError } from './log.mjs';
import { ROOT } from './paths.mjs';
import { isPortFree } from './ports.mjs';
import { Service } from './processes.mjs';

/** The clusters of app-config.demo.yaml, in the order of their ports. */
const CLUSTERS = ['demo-east', 'demo-west'];
const SANDBOX_TIMEOUT_MS = 60_000;
const BACKEND_TIMEOUT_MS = 180_000;

/** Fails when something else listens on a port that the portal wants. */
export async function assertPortsFree({ port, sandboxPort }) {
  for (const wanted of [port, ...CLUSTERS.map((_, i) => sandboxPort + i)]) {
    if (!(await isPortFree(wanted))) {
      const flag = wanted === port ? '--port' : '--sandbox-port';
      throw new UserError(
        `Port ${wanted} is in use by another program. Stop that, or choose another port: npm start -- ${flag} <number>`,
      );
    }
  }
}

/**
 * Starts the sandbox clusters, then the backend, which also serves the app, and
 * waits until somebody can sign in.
 *
 * @param options.port of the portal
 * @param options.sandboxPort of the first cluster, the others follow
 * @param options.data folder for databases, sandbox state, tokens and logs
 * @param options.sandboxArgs more arguments for the sandbox
 * @param options.verbose also prints what the services log
 * @param options.services list that services are put into as they are started,
 *   in the order in which they are to be stopped
 */
export async function startPortal(options) {
  const { port, sandboxPort, data } = options;
  await assertPortsFree(options);
  mkdirSync(join(data, 'sqlite'), { recursive: true });
  ensureSigningKey(join(data, 'audit'));

  const services = options.services ?? [];
  try {
    const sandbox = new Service({
      name: 'sandbox',
      file: join(ROOT, 'packages/kubevirt-sandbox/src/cli.ts'),
      args: [
        ...['--data', join(data, 'sandbox')],
        ...['--port-base', String(sandboxPort)],
        ...['--rbac', join(ROOT, 'deploy/kubevirt-snapshots-rbac.yaml')],
        ...['--rbac', join(ROOT, 'deploy/backstage-kubernetes-rbac.yaml')],
        ...(options.sandboxArgs ?? []),
      ],
      logFile: join(data, 'logs/sandbox.log'),
      verbose: options.verbose,
    });
    services.unshift(sandbox);
    const clusterUrls = await untilEnded(sandbox, waitForClusters(sandbox));
    step(`Sandbox clusters are up: ${Object.keys(clusterUrls).join(', ')}`);

    const url = `http://localhost:${port}`;
    const env = {
      // As in production: no stacks in answers, no guest.
      NODE_ENV: 'production',
      PORTAL_PORT: String(port),
      KUBEVIRT_SNAPSHOTS_DATA: data,
      ...Object.fromEntries(
        Object.entries(clusterUrls).map(([name, clusterUrl]) => [
          `SANDBOX_${name.toUpperCase().replace(/-/g, '_')}_URL`,
          clusterUrl,
        ]),
      ),
    };
    const backend = new Service({
      name: 'backend',
      // Paths of the catalog's files are relative to this folder, as they are
      // for `backstage-cli package start`.
      cwd: join(ROOT, 'packages/backend'),
      file: join(ROOT, 'packages/backend/dev/index.ts'),
      args: [
        ...['--config', join(ROOT, 'app-config.yaml')],
        ...['--config', join(ROOT, 'app-config.demo.yaml')],
        ...(options.backendArgs ?? []),
      ],
      env,
      logFile: join(data, 'logs/backend.log'),
      verbose: options.verbose,
    });
    services.unshift(backend);
    step('The backend is starting');
    const people = await untilEnded(backend, waitForPeople(url));
    return { url, people, services, clusterUrls, env };
  } catch (error) {
    await stopAll(services);
    throw error;
  }
}

/** The key that the demo's audit trail is signed with, made once. */
function ensureSigningKey(folder) {
  const file = join(folder, 'signing-key.pem');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    });
  }
}

/** Stops services one after the other. */
export async function stopAll(services) {
  for (const service of services) {
    await service.stop();
  }
}

/** Names the service that ended by itself, with the end of its log. */
export function describeEnd(service, reason) {
  return [
    ...service.lastLines(30),
    '',
    `The ${service.name} ${reason}. The lines above are the end of ${service.logFile}`,
  ].join('\n');
}

/** Waits for a service to be ready, or fails as soon as it ends. */
async function untilEnded(service, ready) {
  return await Promise.race([
    ready.catch(error => {
      throw new UserError(
        `${describeEnd(service, `is not ready: ${error.message}`)}`,
      );
    }),
    service.ended.then(reason => {
      throw new UserError(describeEnd(service, reason));
    }),
  ]);
}

async function waitForClusters(sandbox) {
  const urls = {};
  return await new Promise((done, failed) => {
    const timer = setTimeout(
      () => failed(new Error(`no answer for ${SANDBOX_TIMEOUT_MS / 1000} s`)),
      SANDBOX_TIMEOUT_MS,
    );
    sandbox.onLine(line => {
      const match = /sandbox (\S+) ready on (\S+)/.exec(line);
      if (match) {
        urls[match[1]] = match[2];
        if (CLUSTERS.every(name => urls[name])) {
          clearTimeout(timer);
          done(urls);
        }
      }
    });
  });
}

/**
 * Being ready means that somebody can sign in, for which the catalog must have
 * read the people's entities.
 */
async function waitForPeople(url) {
  const deadline = Date.now() + BACKEND_TIMEOUT_MS;
  let last = 'no answer yet';
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${url}/api/auth/demo/start`, {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(10_000),
      });
      if (response.ok) {
        const { people } = await response.json();
        if (people.every(person => person.known)) {
          return people;
        }
        last = 'the catalog has not read the demo people yet';
      } else {
        last = `HTTP ${response.status}`;
      }
    } catch (error) {
      last = error.cause?.code ?? error.message;
    }
    await sleep(500);
  }
  throw new Error(`${last} for ${BACKEND_TIMEOUT_MS / 1000} s`);
}
