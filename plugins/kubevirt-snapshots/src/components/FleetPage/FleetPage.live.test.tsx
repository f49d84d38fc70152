// SPDX-License-Identifier: Apache-2.0
import { act, screen } from '@testing-library/react';
import { FakeApi } from '../../__testUtils__/FakeApi';
import { vmItem, vmList } from '../../__testUtils__/fixtures';
import { renderWithApi } from '../../__testUtils__/render';
import { LIVE_TIMES } from '../../api/LiveConnection';
import { FLEET_REFRESH_MS } from '../../hooks/fleetQueries';
import { createQueryClient } from '../../hooks/queries';
import { FleetPage } from './FleetPage';

describe('the list, live', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const pass = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));

  async function show() {
    const api = new FakeApi();
    const view = await renderWithApi(
      <FleetPage queryClient={createQueryClient()} />,
      { api, path: '/?scope=all' },
    );
    await pass(100);
    return { api, view };
  }

  async function showLive() {
    const shown = await show();
    act(() => shown.api.stream.send({ type: 'hello', revision: 0 }));
    await pass(100);
    shown.api.listVms.mockClear();
    return shown;
  }

  it('follows one stream, whichever VM changes', async () => {
    const { api } = await showLive();
    expect(api.streams).toHaveLength(1);
    api.listVms.mockResolvedValue(
      vmList({ items: [vmItem({ ref: { name: 'new-01' } })] }),
    );
    act(() => api.stream.send({ type: 'changed', revision: 1 }));
    await pass(100);
    expect(api.listVms).toHaveBeenCalledTimes(1);
    expect(screen.getByRole('rowheader', { name: /new-01/ })).toBeVisible();
    expect(screen.queryByText(/Live updates are off/)).toBeNull();
  });

  it('misses no change while it finds out whose VMs to show', async () => {
    const api = new FakeApi();
    let answer = () => {};
    api.listVms.mockResolvedValueOnce(vmList()).mockImplementationOnce(
      () =>
        new Promise(resolve => {
          answer = () => resolve(vmList());
        }),
    );
    await renderWithApi(<FleetPage queryClient={createQueryClient()} />, {
      api,
      path: '/?search=web',
    });
    await pass(100);
    expect(api.listVms).toHaveBeenCalledTimes(2);
    // The answer was made before the change, and comes after it is told.
    act(() => api.stream.send({ type: 'hello', revision: 0 }));
    act(() => api.stream.send({ type: 'changed', revision: 1 }));
    await pass(200);
    expect(api.listVms).toHaveBeenCalledTimes(2);
    api.listVms.mockResolvedValue(
      vmList({ items: [vmItem({ ref: { name: 'new-01' } })] }),
    );
    await act(async () => answer());
    await pass(500);
    expect(api.listVms).toHaveBeenCalledTimes(3);
    expect(screen.getByRole('rowheader', { name: /new-01/ })).toBeVisible();
  });

  it('asks from time to time even if nobody tells of a change', async () => {
    const { api } = await showLive();
    await pass(30_000);
    // Something has to be heard, or the stream is taken for dead.
    const freshness = { state: 'live', asOf: '2026-11-22T10:00:00Z' } as const;
    act(() => api.stream.send({ type: 'freshness', freshness }));
    await pass(FLEET_REFRESH_MS - 31_000);
    expect(api.listVms).toHaveBeenCalledTimes(0);
    await pass(2_000);
    expect(api.listVms).toHaveBeenCalledTimes(1);
  });

  it('polls while there is no stream, says so, and takes it back', async () => {
    const { api } = await showLive();
    act(() => api.stream.fail(new Error('cut')));
    await pass(LIVE_TIMES.grace + 100);
    expect(
      screen.getByText('Live updates are off, checking every 5 seconds'),
    ).toBeVisible();
    api.listVms.mockClear();
    await pass(LIVE_TIMES.poll);
    expect(api.listVms).toHaveBeenCalledTimes(1);
    act(() => api.stream.send({ type: 'hello', revision: 0 }));
    await pass(100);
    expect(screen.queryByText(/Live updates are off/)).toBeNull();
  });

  it('ends the stream with the page', async () => {
    const { api, view } = await showLive();
    view.unmount();
    await pass(100);
    expect(api.stream.aborted).toBe(true);
  });
});
