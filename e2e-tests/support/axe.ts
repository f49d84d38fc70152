// SPDX-License-Identifier: Apache-2.0
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Backstage UI's own red for menu items has a contrast of 4.03 on white, where
 * 4.5 is wanted.
 */
const NOT_OURS = '.bui-MenuItem[data-color="danger"] .bui-MenuItemContent';

/** Checks the whole page, or the dialog on top of it, by WCAG 2.2 A and AA. */
export async function expectAccessible(page: Page) {
  // Colours in the middle of a fade are nobody's choice.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(a => a.effect?.getComputedTiming().iterations !== Infinity)
        .map(a => a.finished.catch(() => {})),
    ),
  );
  const { violations } = await new AxeBuilder({ page })
    .withTags(TAGS)
    .exclude(NOT_OURS)
    .analyze();
  expect(
    violations.flatMap(({ id, help, nodes }) =>
      nodes.map(node => `${id}: ${help}: ${node.html}: ${node.failureSummary}`),
    ),
  ).toEqual([]);
}
