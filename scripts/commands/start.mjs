// SPDX-License-Identifier: Apache-2.0
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseOptions, parsePort } from '../lib/arguments.mjs';
import { ensureAppBuilt } from '../lib/buildApp.mjs';
import { ensureInstalled } from '../lib/install.mjs';
import { duration, failure, step, success, UserError } from '../lib/log.mjs';
import { DEFAULT_DATA } from '../lib/paths.mjs';
import {
  assertPortsFree,
  describeEnd,
  startPortal,
  stopAll,
} from '../lib/startPortal.mjs';

/** A data folder is one that we made; nothing else is ever cleared. */
const MARKER = '.kubevirt-snapshots-data';

export async function run(args) {
  const options = parseOptions(args, {
    reset: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    port: { type: 'string', default: '7007' },
    'sandbox-port': { type: 'string', default: '7301' },
    data: { type: 'string', default: DEFAULT_DATA },
  });
  const port = parsePort(options.port, '--port');
  const sandboxPort = parsePort(options['sandbox-port'], '--sandbox-port');
  const data = resolve(options.data);
  const started = Date.now();

  let stop;
  const stopped = new Promise(done => {
    stop = done;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => stop(signal));
  }
  // Set when a script with another Node started this one; that one is gone.
  process.on('disconnect', () => stop('disconnect'));

  const services = [];
  const portal = (async () => {
    await assertPortsFree({ port, sandboxPort });
    prepareData(data, options.reset);
    await ensureInstalled();
    await ensureAppBuilt();
    return await startPortal({
      port,
      sandboxPort,
      data,
      services,
      verbose: options.verbose,
    });
  })();
  const first = await Promise.race([portal, stopped]);
  if (typeof first === 'string') {
    portal.catch(() => {});
    step('Stopping');
    await stopAll(services);
    return 130;
  }

  const { url, people } = first;
  console.log('');
  success(
    `The portal is ready on ${url} (${duration(
      Date.now() - started,
    )}). Sign in as ${people
      .map(person => `${person.displayName} (${person.role})`)
      .join(', ')}. Ctrl-C stops it.`,
  );

  const ended = await Promise.race([
    stopped,
    ...services.map(service =>
      service.ended.then(reason => ({ service, reason })),
    ),
  ]);
  if (typeof ended !== 'string') {
    failure(describeEnd(ended.service, ended.reason));
    await stopAll(services);
    return 1;
  }
  step('Stopping');
  await stopAll(services);
  return 0;
}

function prepareData(data, reset) {
  const foreign =
    existsSync(data) &&
    readdirSync(data).length > 0 &&
    !existsSync(join(data, MARKER));
  if (foreign) {
    throw new UserError(
      `${data} holds other things than the portal's data. Choose an empty folder with --data.`,
    );
  }
  if (reset && existsSync(data)) {
    step(`Clearing ${data}`);
    rmSync(data, { recursive: true });
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(
    join(data, MARKER),
    'Databases, sandbox state and tokens of `npm start`. `npm start -- --reset` clears them.\n',
  );
}
