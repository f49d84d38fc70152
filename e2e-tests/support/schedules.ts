// SPDX-License-Identifier: Apache-2.0
import type { Locator, Page } from '@playwright/test';
import { entityApi, type PortalApi } from './api';
import { expect } from './portal';

/** Schedules of the Snapshots tab, by what a person finds. */
export class Schedules {
  readonly newButton: Locator;
  readonly form: Locator;
  readonly nextRuns: Locator;

  constructor(readonly page: Page) {
    this.newButton = page
      .getByRole('main')
      .getByRole('button', { name: 'New schedule' });
    this.form = page.getByRole('dialog', { name: /by a schedule$/ });
    this.nextRuns = this.form
      .getByRole('list', { name: 'Next five snapshots' })
      .getByRole('listitem');
  }

  /** Opens the form of a new one; the kind is Daily unless given. */
  async open(name: string, kind?: string): Promise<Locator> {
    await this.newButton.click();
    await expect(this.form).toBeVisible();
    if (kind) {
      await this.form.getByRole('button', { name: /\bSchedule$/ }).click();
      await this.page.getByRole('option', { name: kind, exact: true }).click();
    }
    await this.form
      .getByRole('textbox', { name: 'Name of the schedule' })
      .fill(name);
    return this.form;
  }

  async create() {
    await this.form.getByRole('button', { name: 'Create schedule' }).click();
    await expect(this.form).toBeHidden();
  }

  async openMenu(name: string) {
    await this.page
      .getByRole('button', { name: `Actions for schedule ${name}` })
      .click();
  }

  item(action: string): Locator {
    return this.page.getByRole('menuitem', { name: action, exact: true });
  }

  /** Chooses an action of a row's menu, and gives its dialog. */
  async act(name: string, action: string): Promise<Locator> {
    await this.openMenu(name);
    await this.item(action).click();
    const dialog = this.page.getByRole('dialog', {
      name: new RegExp(`^(?!Actions).* schedule ${name}\\b`),
    });
    await expect(dialog).toBeVisible();
    return dialog;
  }

  /** The page of a schedule. */
  drawer(name: string): Locator {
    return this.page.getByRole('dialog', {
      name: `Schedule ${name}`,
      exact: true,
    });
  }
}

/** When a schedule is due next, as its row says. */
export async function nextOf(row: Locator): Promise<Date> {
  await expect(row).toContainText('Next:');
  const at = await row
    .getByText(/^Next:/)
    .locator('time')
    .getAttribute('datetime');
  return new Date(at!);
}

/** Takes all schedules of an entity away, and leaves their snapshots. */
export async function removeSchedules(api: PortalApi, entity: string) {
  const { vm, scheduled } = await api.list(entity);
  for (const { id } of scheduled) {
    const answer = await api.post(
      entityApi(entity, `/schedules/${id}/delete`),
      {
        operationId: crypto.randomUUID(),
        vmUid: vm.uid,
        keepSnapshots: true,
      },
    );
    expect(answer.status()).toBe(200);
  }
}
