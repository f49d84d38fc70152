// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import { UserError } from './log.mjs';

/** `parseArgs` of Node, with errors that a person can read. */
export function parseOptions(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: false }).values;
  } catch (error) {
    throw new UserError(error.message);
  }
}

export function parsePort(text, flag) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_534) {
    throw new UserError(`${flag} wants a port number, not '${text}'`);
  }
  return port;
}
