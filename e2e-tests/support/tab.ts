// SPDX-License-Identifier: Apache-2.0
import { expect, type Locator, type Page } from '@playwright/test';
import { signedIn, type Person } from './portal';

/** Address of an entity's tab. */
export function tabPath(entity: string, query = ''): string {
  return `/catalog/default/resource/${entity}/snapshots${query}`;
}

/** The Snapshots tab of an entity, by what a person or a screen reader finds. */
export class SnapshotsTab {
  readonly main: Locator;
  readonly grid: Locator;
  readonly takeButton: Locator;
  readonly searchBox: Locator;
  readonly statusFilter: Locator;
  readonly count: Locator;
  readonly takeDialog: Locator;

  constructor(readonly page: Page) {
    this.main = page.getByRole('main');
    this.grid = page.getByRole('grid', { name: 'Snapshots' });
    this.takeButton = this.main.getByRole('button', { name: 'Take snapshot' });
    const toolbar = page.getByRole('search', { name: 'Filter snapshots' });
    this.searchBox = toolbar.getByRole('searchbox');
    this.statusFilter = toolbar.getByRole('button', { name: /Status$/ });
    this.count = toolbar.getByRole('status');
    this.takeDialog = page.getByRole('dialog', { name: /^Take snapshot of/ });
  }

  /** Opens the tab of an entity as somebody who is signed in. */
  static async open(
    page: Page,
    person: Person,
    entity: string,
    query = '',
  ): Promise<SnapshotsTab> {
    await signedIn(page.context(), person);
    await page.goto(tabPath(entity, query));
    const tab = new SnapshotsTab(page);
    await expect(
      page.getByRole('region', { name: entity, exact: true }),
    ).toBeVisible({ timeout: 20_000 });
    return tab;
  }

  /** A fact about the VM, e.g. `Activity`. */
  fact(label: string): Locator {
    return this.main
      .locator('dl > div')
      .filter({ has: this.page.getByText(label, { exact: true }) })
      .getByRole('definition');
  }

  link(name: string): Locator {
    return this.grid.getByRole('link', { name, exact: true });
  }

  row(name: string): Locator {
    return this.grid.getByRole('row').filter({
      has: this.page.getByRole('link', { name, exact: true }),
    });
  }

  /** Names of the rows from top to bottom. */
  names(): Locator {
    return this.grid.getByRole('rowheader').getByRole('link');
  }

  /** Whether these rows come in this order, whatever is between them. */
  async expectOrder(...wanted: string[]) {
    await expect
      .poll(async () =>
        (await this.names().allTextContents()).filter(n => wanted.includes(n)),
      )
      .toEqual(wanted);
  }

  header(title: string): Locator {
    return this.grid.getByRole('columnheader', { name: title, exact: true });
  }

  show(what: 'Both' | 'Taken' | 'Scheduled'): Locator {
    return this.page.getByRole('radio', { name: what, exact: true });
  }

  drawer(name: string): Locator {
    return this.page.getByRole('dialog', {
      name: `Snapshot ${name}`,
      exact: true,
    });
  }

  stopDialog(name: string): Locator {
    return this.page.getByRole('dialog', { name: `Stop snapshot ${name}?` });
  }

  deleteDialog(name: string): Locator {
    return this.page.getByRole('dialog', { name: `Delete snapshot ${name}?` });
  }

  menuItem(
    label:
      | 'Details'
      | 'Stop snapshot'
      | 'Create VM template…'
      | 'Create VM…'
      | 'Restore…'
      | 'Delete snapshot',
  ): Locator {
    return this.page.getByRole('menuitem', { name: label, exact: true });
  }

  async openMenu(name: string) {
    await this.row(name)
      .getByRole('button', { name: `Actions for ${name}` })
      .click();
  }

  async closeMenu() {
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByRole('menu')).toBeHidden();
  }

  restoreDialog(snapshot: string): Locator {
    return this.page.getByRole('dialog', {
      name: new RegExp(`^Restore \\S+ from ${snapshot}$`),
    });
  }

  /** Opens the review of a restore, once it is there. */
  async openRestore(name: string): Promise<Locator> {
    await this.openMenu(name);
    await this.menuItem('Restore…').click();
    const dialog = this.restoreDialog(name);
    await expect(
      dialog.getByRole('heading', { name: 'What comes back' }),
    ).toBeVisible();
    return dialog;
  }

  /** Opens what the VM is being restored with, in its header. */
  async openActivity(activity: string): Promise<Locator> {
    await this.fact('Activity')
      .getByRole('button', { name: `Show details: ${activity}` })
      .click();
    const popover = this.page.getByRole('dialog', {
      name: `Activity: ${activity}`,
    });
    await expect(popover).toBeVisible();
    return popover;
  }

  view(name: 'Snapshots' | 'Restores' | 'History'): Locator {
    return this.page.getByRole('radio', { name, exact: true });
  }

  async openDelete(name: string): Promise<Locator> {
    await this.openMenu(name);
    await this.menuItem('Delete snapshot').click();
    return this.deleteDialog(name);
  }

  async openTake(): Promise<Locator> {
    await this.takeButton.click();
    await expect(this.takeDialog).toBeVisible();
    return this.takeDialog;
  }

  /** Fills in the name and sends the form. */
  async take(name: string) {
    const dialog = await this.openTake();
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Take snapshot' }).click();
    await expect(dialog).toBeHidden();
  }
}

/** Something is off, says why, and keeps out of the way of neither key nor reader. */
export async function expectOff(control: Locator, reason: string | RegExp) {
  await expect(control).toHaveAttribute('aria-disabled', 'true');
  await expect(control).toHaveAccessibleDescription(reason);
  await control.focus();
  await expect(control).toBeFocused();
}
