// SPDX-License-Identifier: Apache-2.0
/** jsdom has no matchMedia; this one knows `min-width` and can be resized. */

let width = 1280;
const updates = new Set<() => void>();

function matches(query: string): boolean {
  const min = /\(min-width:\s*(\d+)px\)/.exec(query);
  return min ? width >= Number(min[1]) : false;
}

export function installMatchMedia() {
  window.matchMedia = query => {
    const list = new EventTarget() as EventTarget & Record<string, unknown>;
    Object.defineProperties(list, {
      media: { value: query },
      matches: { get: () => matches(query) },
    });
    list.addListener = () => {};
    list.removeListener = () => {};
    updates.add(() => list.dispatchEvent(new Event('change')));
    return list as unknown as MediaQueryList;
  };
}

/** Width of the window in pixels, for what asks by matchMedia. */
export function setViewportWidth(pixels: number) {
  width = pixels;
  updates.forEach(update => update());
}
