// SPDX-License-Identifier: Apache-2.0

/** Somebody to sign in as. The catalog has to hold the user. */
export interface DemoPerson {
  /** Name of the User entity in the default namespace. */
  id: string;
  displayName: string;
  role: string;
  /** What this person is there to show. */
  description: string;
}

/** Kept in step with examples/org.yaml by a test. */
export const DEMO_PEOPLE: readonly DemoPerson[] = [
  {
    id: 'ada',
    displayName: 'Ada',
    role: 'Developer, team A',
    description: 'Owns the virtual machines of the shop and its data',
  },
  {
    id: 'ben',
    displayName: 'Ben',
    role: 'Developer, team B',
    description: 'Owns the virtual machines of billing',
  },
  {
    id: 'pat',
    displayName: 'Pat',
    role: 'Platform engineer',
    description: 'Runs the clusters and the portal, may do everything',
  },
  {
    id: 'quinn',
    displayName: 'Quinn',
    role: 'Auditor',
    description: 'Sees everything and changes nothing',
  },
];

export function findDemoPerson(id: unknown): DemoPerson | undefined {
  return DEMO_PEOPLE.find(person => person.id === id);
}
