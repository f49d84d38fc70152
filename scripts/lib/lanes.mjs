// SPDX-License-Identifier: Apache-2.0

/**
 * Runs lanes beside each other, and what is in a lane one after the other.
 * A lane that is alone writes to the terminal as it goes; what the others
 * write is kept, so that it doesn't get mixed up.
 *
 * @param {string[][]} lanes names of what is run
 * @param {(name: string, output?: Buffer[]) => Promise<void>} run where
 *   `output` is given, it takes what would be written
 */
export async function runLanes(lanes, run) {
  const busy = lanes.filter(lane => lane.length > 0);
  await Promise.all(
    busy.map(async lane => {
      for (const name of lane) {
        await run(name, busy.length > 1 ? [] : undefined);
      }
    }),
  );
}
