// SPDX-License-Identifier: Apache-2.0

/** Words for states, steps, consistency and disks. */
export const stateMessages = {
  state: {
    queued: {
      label: 'Queued',
      hint: 'It was asked for and is not in the cluster yet.',
    },
    waiting: {
      label: 'Waiting for the cluster',
      hint: 'The cluster has it and has not locked the VM yet.',
    },
    creating: {
      label: 'Creating snapshot',
      hint: 'The VM is locked and its disks are being captured.',
    },
    taken: {
      label: 'Taken, not ready yet',
      hint: 'Every disk is captured. The storage is still working on it, so it cannot be restored yet.',
    },
    ready: {
      label: 'Ready to restore',
      hint: 'It is complete and can be restored.',
    },
    failed: {
      label: 'Failed',
      hint: 'It did not finish before its deadline and never will.',
    },
    broken: {
      label: 'Broken',
      hint: 'It was complete once and has lost something that a restore needs.',
    },
    stopping: {
      label: 'Stopping',
      hint: 'It is being removed before it was finished.',
    },
    deleting: {
      label: 'Deleting',
      hint: 'It is being deleted.',
    },
    unknown: {
      label: 'Unknown',
      hint: 'The cluster tells a state that this page does not know.',
    },
  },
  step: {
    request: 'Asked for',
    lock: 'Lock the VM',
    cut: 'Capture the disks',
    store: 'Store the data',
    thaw: 'Release the VM',
    remove: 'Remove it from the cluster',
    done: 'Finished',
    'wait-off': 'Wait until the VM is off',
    'power-off': 'Stop the VM',
    safety: 'Take the safety snapshot',
    check: 'Check the VM again',
    claims: 'Restore the disks',
    switch: 'Switch the VM to them',
    'power-on': 'Start the VM',
    undo: 'Undo what was done',
    finish: 'Clean up',
    copy: 'Make the VM and its disks',
    start: 'Start the new VM',
    clean: 'Clean up',
    disks: 'Ask for the disks',
    fill: 'Fill the disks',
    template: 'Make the template',
    'hand-over': 'Hand the disks to the template',
    stateDone: 'done',
    stateCurrent: 'in progress',
    stateWaiting: 'not started',
    stateFailed: 'failed',
    count: '{{done}} of {{total}}',
  },
  consistency: {
    application: 'Application-consistent',
    quiesceTimeout: 'Quiesce timed out',
    crash: 'Crash-consistent',
    paused: 'Crash-consistent (VM was paused)',
    offline: 'VM was off',
    configuration: 'Configuration only',
    mixed: 'Crash-consistent (VM was started or stopped meanwhile)',
    unknown: 'Not known yet',
    partial: 'Partial',
    partialHint: 'A disk that could have been captured is missing.',
    applicationHint:
      'The guest agent wrote everything to disk and paused writing while the disks were captured.',
    quiesceTimeoutHint:
      'The guest agent paused writing but had to resume before every disk was captured. Treat it as after a power cut.',
    crashHint:
      'The disks are as after a power cut: no guest agent paused writing.',
    pausedHint:
      'The VM was paused. The disks are as after a power cut; what was in memory is not included.',
    offlineHint: 'The VM was off, so nothing was left in memory.',
    configurationHint: 'No disk is in it, only the settings of the VM.',
    mixedHint:
      'The cluster tells both ways, so treat the disks as after a power cut.',
    unknownHint: 'The cluster has not told yet.',
  },
  expected: {
    application:
      'The guest agent is connected, so the snapshot will be application-consistent: the guest writes everything to disk first and pauses writing for a moment.',
    crash:
      'No guest agent is connected, so the snapshot will be crash-consistent: the disks will be as after a power cut. Install and start the QEMU guest agent in the VM, or shut the VM down first, if that is not enough.',
    paused:
      'The VM is paused, so the snapshot will be crash-consistent: the disks will be as after a power cut. Resume the VM first if it runs a guest agent.',
    offline:
      'The VM is off, so nothing is left in memory and the snapshot will be complete as it is.',
    configuration:
      'No disk can be captured. The snapshot would hold only the settings of the VM.',
  },
  disk: {
    captured: 'Will be captured',
    notADisk:
      'Nothing to capture: it is made anew from the settings at each start.',
    noSnapshotClass: 'Its storage class has no matching snapshot class.',
    pvcMissing: 'Its volume claim (PVC) does not exist.',
    ambiguousClass:
      'More than one snapshot class matches and none is the default.',
    notChecked: 'The cluster has not checked it yet.',
    other: 'The cluster says that it cannot be captured.',
    clusterSays: 'The cluster says: {{reason}}',
  },
  origin: {
    manual: 'By hand',
    schedule: 'By a schedule',
    safety: 'Before a restore',
    external: 'Not made by this portal',
  },
} as const;
