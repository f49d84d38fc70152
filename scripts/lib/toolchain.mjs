// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { step, UserError } from './log.mjs';
import { CACHE, ROOT } from './paths.mjs';

/** Majors that Backstage's release supports; `engines` in package.json. */
const NODE_MAJORS = [22, 24];
const NODE_VERSION = '24.21.0';
const YARN_VERSION = '4.13.0';

const TOOLCHAIN = join(CACHE, 'toolchain');
const TOOLCHAIN_BIN = join(TOOLCHAIN, 'bin');
const WINDOWS = process.platform === 'win32';

/**
 * Makes sure that this process runs on a Node that Backstage supports, and that
 * `yarn` on its path is the right one. Where the machine's aren't, it brings
 * them from npm, so that the machine's registry settings hold.
 *
 * @returns the exit code of the process that did the work instead of this one,
 *   or undefined when this one is the right one
 */
export async function ensureToolchain() {
  const major = Number(process.versions.node.split('.')[0]);
  if (!NODE_MAJORS.includes(major)) {
    return await runOnOwnNode();
  }
  ensureYarn();
  return undefined;
}

async function runOnOwnNode() {
  if (process.env.KUBEVIRT_SNAPSHOTS_OWN_NODE) {
    throw new UserError(
      `The Node brought from npm is ${process.versions.node}; wanted ${NODE_VERSION}. Remove ${TOOLCHAIN} and try again.`,
    );
  }
  const os = { linux: 'linux', darwin: 'darwin', win32: 'win' }[
    process.platform
  ];
  const name = `node-${os}-${process.arch}`;
  const home = installFromNpm(
    name,
    NODE_VERSION,
    `Node ${
      process.versions.node
    } is not one that Backstage runs on (${NODE_MAJORS.join(
      ' or ',
    )}): fetching ${NODE_VERSION} from npm, once`,
  );
  const bin = join(home, 'bin');
  const node = join(bin, WINDOWS ? 'node.exe' : 'node');
  const child = spawn(node, process.argv.slice(1), {
    // The channel tells the child when this process is gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: [bin, process.env.PATH].join(delimiter),
      // It carries Node's headers, so that a native module needs no download.
      npm_config_nodedir: home,
      KUBEVIRT_SNAPSHOTS_OWN_NODE: NODE_VERSION,
    },
  });
  // A terminal sends Ctrl-C to both; the child decides when it is done.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  return await new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', (code, signal) => done(signal ? 1 : code ?? 1));
  });
}

/** Puts a `yarn` of the right version on the path. */
function ensureYarn() {
  const path = [TOOLCHAIN_BIN, process.env.PATH].join(delimiter);
  const shim = join(TOOLCHAIN_BIN, WINDOWS ? 'yarn.cmd' : 'yarn');
  if (!existsSync(shim)) {
    // Corepack's shim must not go looking for a yarn of its own.
    const found = spawnSync('yarn', ['--version'], {
      cwd: ROOT,
      encoding: 'utf8',
      shell: WINDOWS,
      timeout: 20_000,
      env: { ...process.env, COREPACK_ENABLE_NETWORK: '0' },
    });
    if (found.stdout?.trim() === YARN_VERSION) {
      return;
    }
  }
  const home = installFromNpm(
    '@yarnpkg/cli-dist',
    YARN_VERSION,
    `Fetching yarn ${YARN_VERSION} from npm, once`,
  );
  mkdirSync(TOOLCHAIN_BIN, { recursive: true });
  const script = join(home, 'bin/yarn.js');
  writeFileSync(
    shim,
    WINDOWS
      ? `@node "${script}" %*\r\n`
      : `#!/bin/sh\nexec node "${script}" "$@"\n`,
  );
  chmodSync(shim, 0o755);
  process.env.PATH = path;
}

/** @returns the folder of the package */
function installFromNpm(name, version, message) {
  const prefix = join(TOOLCHAIN, name.replace(/[@/]/g, '_'));
  const home = join(prefix, 'node_modules', name);
  const manifest = join(home, 'package.json');
  if (
    existsSync(manifest) &&
    JSON.parse(readFileSync(manifest, 'utf8')).version === version
  ) {
    return home;
  }
  step(message);
  mkdirSync(prefix, { recursive: true });
  // Makes npm treat the folder as a project of its own.
  writeFileSync(join(prefix, 'package.json'), '{"private":true}\n');
  const result = spawnSync(
    'npm',
    [
      'install',
      `${name}@${version}`,
      '--prefix',
      prefix,
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--ignore-scripts',
      '--loglevel=error',
    ],
    { stdio: 'inherit', shell: WINDOWS, cwd: prefix, env: withoutNpmScript() },
  );
  if (result.status !== 0 || !existsSync(manifest)) {
    throw new UserError(
      `npm could not install ${name}@${version}. Is the registry reachable? (npm config get registry)`,
    );
  }
  return home;
}

/**
 * What `npm start` sets for its script belongs to this project; a second npm
 * must not take it for its own settings.
 */
function withoutNpmScript() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) =>
        !/^npm_(config_(local_)?prefix|package_|lifecycle_)/i.test(key),
    ),
  );
}

/**
 * npm's registry, certificate and proxy settings in yarn's words, because a
 * company sets up npm and forgets yarn. What is already set for yarn wins.
 */
export function yarnSettingsFromNpm() {
  const settings = readNpmConfig();
  const env = {
    YARN_NPM_REGISTRY_SERVER: settings.registry?.replace(/\/$/, ''),
    YARN_HTTPS_CA_FILE_PATH: settings.cafile,
    YARN_HTTP_PROXY: settings.proxy,
    YARN_HTTPS_PROXY: settings['https-proxy'],
    YARN_ENABLE_STRICT_SSL: settings['strict-ssl'] === false ? 'false' : null,
    YARN_UNSAFE_HTTP_WHITELIST: settings.registry?.startsWith('http:')
      ? new URL(settings.registry).hostname
      : null,
  };
  return Object.fromEntries(
    Object.entries(env).filter(
      ([key, value]) => typeof value === 'string' && !process.env[key],
    ),
  );
}

function readNpmConfig() {
  const result = spawnSync('npm', ['config', 'list', '--json'], {
    cwd: dirname(ROOT),
    encoding: 'utf8',
    shell: WINDOWS,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    return JSON.parse(result.stdout);
  } catch {
    return {};
  }
}
