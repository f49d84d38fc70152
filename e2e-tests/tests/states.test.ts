// SPDX-License-Identifier: Apache-2.0
import { codeOf, entityApi } from '../support/api';
import { expect, signedIn, test, type Person } from '../support/portal';
import { tabPath } from '../support/tab';

const STATES = [
  ['gone-01', 'vm-gone', 'The VM does not exist any longer'],
  [
    'malformed-01',
    'malformed-annotation',
    'The VM named by this entity cannot be read',
  ],
  [
    'forged-01',
    'not-bound',
    'The cluster does not confirm that this entity stands for the VM',
  ],
] as const;

for (const [entity, code, title] of STATES) {
  test(`${entity} says: ${title}`, async ({ page, apiOf, expectFailure }) => {
    expectFailure({ status: 404, path: new RegExp(`/${entity}/snapshots$`) });
    await signedIn(page.context(), 'Ada');
    await page.goto(tabPath(entity));
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(title);
    await expect(
      alert.getByRole('button', { name: 'Try again' }),
    ).toBeVisible();
    await expect(page.getByRole('grid')).toHaveCount(0);

    const answer = await (
      await apiOf('Ada')
    ).get(entityApi(entity, '/snapshots'));
    expect(answer.status()).toBe(404);
    expect(await codeOf(answer)).toBe(code);
  });
}

test('a forged entity leads nobody to the VM, not even Pat', async ({
  apiOf,
  east,
}) => {
  const { vm: seen } = await (await apiOf('Ada')).list('web-02');
  const since = Date.now();
  for (const person of ['Ada', 'Ben', 'Pat', 'Quinn'] as Person[]) {
    const api = await apiOf(person);
    const answers = [
      await api.get(entityApi('forged-01', '/snapshots')),
      await api.get(entityApi('forged-01', '/snapshots/web-02-offline')),
      await api.get(entityApi('forged-01', '/events')),
      await api.take('forged-01', seen.uid, { name: 'forged' }),
    ];
    for (const answer of answers) {
      expect(answer.status(), `${person} ${answer.url()}`).toBe(404);
      const text = await answer.text();
      expect(text).toContain('not-bound');
      expect(text).not.toContain(seen.uid);
      expect(text).not.toContain('team-a');
    }
  }
  expect(await east.takeRequests(since)).toEqual([]);
});

test('an entity that names no VM has no tab', async ({ page }) => {
  await signedIn(page.context(), 'Ada');
  await page.goto('/catalog/default/system/shop');
  const navigation = page.getByRole('navigation', {
    name: 'Content navigation',
  });
  await expect(
    page.getByRole('heading', { name: 'Shop', exact: true }).first(),
  ).toBeVisible();
  await expect(navigation.getByRole('link', { name: 'Snapshots' })).toHaveCount(
    0,
  );

  await page.goto('/catalog/default/resource/web-01');
  await navigation.getByRole('link', { name: 'Snapshots' }).click();
  await expect(page.getByRole('grid', { name: 'Snapshots' })).toBeVisible();
});

test('an unknown entity and one without the annotation, by the API', async ({
  apiOf,
}) => {
  const api = await apiOf('Pat');
  const unknown = await api.get(entityApi('nowhere-01', '/snapshots'));
  expect(unknown.status()).toBe(404);
  expect(await codeOf(unknown)).toBe('entity-not-found');
  const bare = await api.get(
    '/api/kubevirt-snapshots/entities/system/default/shop/snapshots',
  );
  expect(bare.status()).toBe(404);
  expect(await codeOf(bare)).toBe('no-annotation');
});
