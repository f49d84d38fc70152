// SPDX-License-Identifier: Apache-2.0
import { FakeCluster } from '../__testUtils__/FakeCluster';
import { MutationSwitch } from './MutationSwitch';

const GUEST = 'user:development/guest';
const ADA = 'user:default/ada';

function verdict(
  actor: string,
  options: {
    guests?: boolean;
    withoutPermissions?: boolean;
    permissionsEnabled?: boolean;
    trail?: string;
    bypass?: boolean;
  } = {},
): string {
  const cluster = new FakeCluster();
  if (options.bypass) {
    cluster.mutationsNow = {
      allowed: false,
      code: 'mutations-off',
      reason: 'the proxy is open',
    };
  }
  const result = new MutationSwitch({
    config: {
      guests: options.guests ?? false,
      withoutPermissions: options.withoutPermissions ?? false,
    },
    permissionsEnabled: options.permissionsEnabled ?? true,
    cluster,
    trail: { refusal: options.trail } as any,
  }).verdict('east', actor);
  return result.allowed ? 'on' : result.reason;
}

describe('MutationSwitch', () => {
  it('is on for people in a sound set-up', () => {
    expect(verdict(ADA)).toBe('on');
  });

  it('is off for guests unless configured', () => {
    expect(verdict(GUEST)).toMatch(/Guests cannot/);
    expect(verdict(GUEST, { guests: true })).toBe('on');
  });

  it('is off without permissions unless configured', () => {
    const permissionsEnabled = false;
    expect(verdict(ADA, { permissionsEnabled })).toMatch(/without permissions/);
    expect(verdict(ADA, { permissionsEnabled, withoutPermissions: true })).toBe(
      'on',
    );
    expect(
      verdict(GUEST, { permissionsEnabled, withoutPermissions: true }),
    ).toMatch(/Guests cannot/);
  });

  it('is off while the trail cannot be kept or the proxy is open', () => {
    expect(verdict(ADA, { trail: 'in memory' })).toBe('in memory');
    expect(verdict(ADA, { bypass: true })).toBe('the proxy is open');
  });
});
