// SPDX-License-Identifier: Apache-2.0

/** Words that restoring, making a VM and making a template have in common. */
export const reviewMessages = {
  review: {
    loading: 'Looking at the snapshot and the VM',
    changed:
      'What would happen has changed since you looked at it. This is how it is now; your choices are kept, please confirm again.',
    power: 'Power',
    choices: 'Choices',
    confirmation: 'Confirmation',
    tick: 'Tick this box to go on.',
  },
  diff: {
    setting: 'Setting',
    absent: 'not there',
    hidden: 'Present, not shown',
  },
} as const;
