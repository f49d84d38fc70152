// SPDX-License-Identifier: Apache-2.0

/** An error whose message is all that a person needs to see. */
export class UserError extends Error {}

const colours = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) =>
  colours ? `\u001b[${code}m${text}\u001b[0m` : text;

/** A heading: something that takes a while begins. */
export function heading(text) {
  console.log(`\n${paint('1', `== ${text}`)}`);
}

/** One line about what is being done. */
export function step(text) {
  console.log(`${paint('36', '-')} ${text}`);
}

export function success(text) {
  console.log(paint('32', text));
}

export function failure(text) {
  console.error(paint('31', text));
}

/** `1.4 s` or `2 min 05 s`. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(
    2,
    '0',
  )} s`;
}
