// SPDX-License-Identifier: Apache-2.0
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Backstage UI's own red for menu items has a contrast of 4.03 on white, where
 * 4.5 is wanted.
 */
const NOT_OURS = '.bui-MenuItem[data-color="danger"] .bui-MenuItemContent';

/**
 * Checks the whole page, or the dialog on top of it, by WCAG 2.2 A and AA.
 *
 * @param within - selector of what to check, on pages that are mostly those of
 *   other plugins
 */
export async function expectAccessible(page: Page, within?: string) {
  // Colours in the middle of a fade are nobody's choice. On pages of other
  // plugins there are animations that never finish, so there is a limit.
  await page.evaluate(() =>
    Promise.race([
      new Promise(resolve => {
        setTimeout(resolve, 3_000);
      }),
      Promise.all(
        document
          .getAnimations()
          .filter(a => a.effect?.getComputedTiming().iterations !== Infinity)
          .map(a => a.finished.catch(() => {})),
      ),
    ]),
  );
  const axe = new AxeBuilder({ page }).withTags(TAGS).exclude(NOT_OURS);
  if (within) {
    axe.include(within);
  }
  const { violations } = await axe.analyze();
  expect(
    violations.flatMap(({ id, help, nodes }) =>
      nodes.map(node => `${id}: ${help}: ${node.html}: ${node.failureSummary}`),
    ),
  ).toEqual([]);
}
