// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { DemoMachine } from './machines';
import type { PastSnapshot } from './history';

type History = Omit<PastSnapshot, 'vm'> & { machine: string };

/** One cluster of the demo. */
export type DemoCluster = {
  name: string;
  namespaces: string[];
  machines: DemoMachine[];
  /** `many`: how many snapshots the busiest machine gets. */
  history: (many: number) => History[];
};

const EAST_MACHINES: DemoMachine[] = [
  {
    namespace: 'shop',
    name: 'web-01',
    team: 'team-a',
    state: 'running',
    root: 20,
    data: 50,
  },
  {
    namespace: 'shop',
    name: 'web-02',
    team: 'team-a',
    state: 'stopped',
    root: 20,
    data: 50,
  },
  {
    namespace: 'shop',
    name: 'cache-01',
    team: 'team-a',
    state: 'running',
    agent: false,
    root: 10,
  },
  {
    namespace: 'shop',
    name: 'batch-01',
    team: 'team-a',
    state: 'paused',
    root: 10,
  },
  {
    namespace: 'shop',
    name: 'legacy-01',
    team: 'team-a',
    state: 'running',
    root: 10,
    data: 100,
    dataClass: 'local-path',
  },
  {
    namespace: 'shop',
    name: 'kiosk-01',
    team: 'team-a',
    state: 'stopped',
    root: 'container',
  },
  {
    namespace: 'data',
    name: 'db-01',
    team: 'team-a',
    state: 'running',
    root: 30,
    data: 200,
  },
  {
    namespace: 'data',
    name: 'search-01',
    team: 'team-a',
    state: 'running',
    root: 60,
    os: 'windows2k22',
  },
  {
    namespace: 'platform',
    name: 'tools-01',
    team: 'platform',
    state: 'running',
    root: 10,
  },
];

function eastHistory(many: number): History[] {
  const online = ['GuestAgent', 'Online'];
  const series = Array.from({ length: many }, (_, index) => ({
    machine: 'data/db-01',
    name: `db-01-${String(many - index).padStart(4, '0')}`,
    hoursAgo: index * 6 + 1,
    indications: online,
    description: index % 10 === 0 ? 'before schema change' : undefined,
  }));
  return [
    {
      machine: 'shop/web-01',
      name: 'web-01-before-upgrade',
      hoursAgo: 50,
      indications: online,
      description: 'before upgrade',
    },
    {
      machine: 'shop/web-01',
      name: 'web-01-by-hand',
      hoursAgo: 30,
      indications: online,
      foreign: true,
    },
    {
      machine: 'shop/web-01',
      name: 'web-01-former',
      hoursAgo: 24 * 40,
      indications: [],
      formerUid: randomUUID(),
      description: 'of the machine that was web-01 before',
    },
    {
      machine: 'shop/web-02',
      name: 'web-02-offline',
      hoursAgo: 72,
      indications: [],
    },
    {
      machine: 'shop/web-02',
      name: 'web-02-timed-out',
      hoursAgo: 20,
      indications: [],
      failed: true,
    },
    {
      machine: 'shop/cache-01',
      name: 'cache-01-crash',
      hoursAgo: 26,
      indications: ['NoGuestAgent', 'Online'],
    },
    {
      machine: 'shop/legacy-01',
      name: 'legacy-01-partial',
      hoursAgo: 48,
      indications: [...online, 'PartialSnapshot'],
    },
    {
      machine: 'data/search-01',
      name: 'search-01-vss',
      hoursAgo: 12,
      indications: [...online, 'QuiesceTimeout'],
    },
    ...series,
  ];
}

const WEST_MACHINES: DemoMachine[] = [
  {
    namespace: 'billing',
    name: 'ledger-01',
    team: 'team-b',
    state: 'running',
    root: 20,
    data: 80,
  },
  {
    namespace: 'billing',
    name: 'invoice-01',
    team: 'team-b',
    state: 'stopped',
    root: 20,
  },
  {
    namespace: 'shop',
    name: 'web-01',
    team: 'team-a',
    state: 'running',
    root: 20,
  },
];

function westHistory(): History[] {
  return [
    {
      machine: 'billing/ledger-01',
      name: 'ledger-01-month-end',
      hoursAgo: 100,
      indications: ['GuestAgent', 'Online'],
      description: 'month end',
    },
    {
      machine: 'shop/web-01',
      name: 'web-01-west',
      hoursAgo: 10,
      indications: ['GuestAgent', 'Online'],
    },
  ];
}

const NAMESPACES = ['shop', 'data', 'billing', 'platform'];

export const DEMO_CLUSTERS: DemoCluster[] = [
  {
    name: 'demo-east',
    namespaces: NAMESPACES,
    machines: EAST_MACHINES,
    history: eastHistory,
  },
  {
    name: 'demo-west',
    namespaces: NAMESPACES,
    machines: WEST_MACHINES,
    history: westHistory,
  },
];
