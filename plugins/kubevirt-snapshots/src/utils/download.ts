// SPDX-License-Identifier: Apache-2.0

/** Hands a file to the browser, as if a link to it had been followed. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // Not at once: the browser has to get hold of it first.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
