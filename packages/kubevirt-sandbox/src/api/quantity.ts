// SPDX-License-Identifier: Apache-2.0

/** Bytes of a Kubernetes quantity, as far as disks and memory use them. */
export function bytesOf(quantity: string): number {
  const match = String(quantity).match(/^([\d.]+)([kKMGTPE]i?|)$/);
  if (!match) {
    return 0;
  }
  const power = 'KMGTPE'.indexOf(match[2].charAt(0).toUpperCase()) + 1;
  const base = match[2].endsWith('i') ? 1024 : 1000;
  return Number(match[1]) * (match[2] ? base ** power : 1);
}

/** Whole bytes as Kubernetes writes them: the largest unit that divides them. */
export function quantityOf(bytes: number, style: 'binary' | 'decimal'): string {
  const [base, units] =
    style === 'binary'
      ? [1024, ['', 'Ki', 'Mi', 'Gi', 'Ti']]
      : [1000, ['', 'k', 'M', 'G', 'T']];
  let value = bytes;
  let unit = 0;
  while (unit < units.length - 1 && value > 0 && value % base === 0) {
    value /= base;
    unit += 1;
  }
  return `${value}${units[unit]}`;
}
