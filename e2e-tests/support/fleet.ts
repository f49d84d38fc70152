// SPDX-License-Identifier: Apache-2.0
import { expect, type Locator, type Page } from '@playwright/test';
import { signedIn, type Person } from './portal';

/** The page with all VMs, by what a person or a screen reader finds. */
export class FleetPage {
  readonly grid: Locator;
  readonly toolbar: Locator;
  readonly searchBox: Locator;
  readonly count: Locator;
  readonly selection: Locator;
  /** What is being done with the VMs of the list. */
  readonly underWay: Locator;
  /** How far a bulk is. */
  readonly bulk: Locator;

  constructor(readonly page: Page) {
    this.grid = page.getByRole('grid', { name: 'Virtual machines' });
    this.toolbar = page.getByRole('search', {
      name: 'Filter virtual machines',
    });
    this.searchBox = this.toolbar.getByRole('searchbox');
    this.count = this.toolbar.getByRole('status');
    this.selection = page.getByRole('region', {
      name: 'Selected virtual machines',
    });
    this.underWay = page.getByRole('region', { name: 'Under way' });
    this.bulk = page.getByRole('region', {
      name: /^(Snapshot|Schedule)s? of \d+ VM/,
    });
  }

  /** Opens the page as somebody who is signed in. */
  static async open(
    page: Page,
    person: Person,
    query = '?scope=all',
  ): Promise<FleetPage> {
    await signedIn(page.context(), person);
    await page.goto(`/virtual-machines${query}`);
    const fleet = new FleetPage(page);
    await expect(fleet.grid).toBeVisible({ timeout: 20_000 });
    return fleet;
  }

  /** Names of the VMs, in their order. */
  names(): Locator {
    return this.grid
      .getByRole('rowheader')
      .locator('a, [data-weight="bold"]')
      .filter({ hasText: /-\d+$/ });
  }

  row(name: string, place = ''): Locator {
    return this.grid
      .getByRole('row')
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .filter({ hasText: place });
  }

  /** The checkbox that chooses it. */
  box(name: string): Locator {
    return this.row(name).getByRole('checkbox');
  }

  /** Ticks a box. What a person clicks on lies on top of the input. */
  async tick(box: Locator) {
    await box.check({ force: true });
  }

  header(title: string): Locator {
    return this.grid.getByRole('columnheader', { name: title, exact: true });
  }

  async choose(filter: string, option: string | RegExp) {
    await this.toolbar
      .getByRole('button', { name: new RegExp(`${filter}$`) })
      .click();
    await this.page.getByRole('option', { name: option }).click();
  }

  menuItem(label: string): Locator {
    return this.page.getByRole('menuitem', { name: label, exact: true });
  }

  async openMenu(name: string, place = '') {
    await this.row(name, place)
      .getByRole('button', { name: `Actions for ${name}` })
      .click();
    await expect(this.page.getByRole('menu')).toBeVisible();
  }

  async closeMenu() {
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByRole('menu')).toBeHidden();
  }

  /** Chooses something of a VM's menu. */
  async act(name: string, label: string) {
    await this.openMenu(name);
    await this.menuItem(label).click();
  }
}
