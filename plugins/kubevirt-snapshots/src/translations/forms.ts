// SPDX-License-Identifier: Apache-2.0

/** Words of the dialogs. */
export const formMessages = {
  form: {
    cancel: 'Cancel',
    failed: 'That did not work',
    reason: 'Reason',
    reasonHint: 'It is kept on record. At most {{max}} characters.',
    reasonEmpty: 'Say why.',
    reasonTooLong:
      'At most {{max}} characters are possible; these are {{length}}.',
    sending: 'The request is on its way.',
    networkFailed:
      'The portal did not answer. Try again: the same request is never carried out twice.',
  },
  protect: {
    title: 'Protect snapshot {{name}}',
    changeTitle: 'Change the protection of snapshot {{name}}',
    text: 'Nobody can delete it through the portal until it is released or the protection ends. The cluster does not know of it: who may delete snapshots there still can.',
    submit: 'Protect',
    changeSubmit: 'Change protection',
    until: 'Protected until',
    untilHint:
      'Leave it empty to protect it until somebody releases it. Time zone: {{zone}}.',
    past: 'Enter a time in the future, or leave it empty.',
    half: 'Complete the date and the time, or clear them.',
  },
  release: {
    title: 'Release snapshot {{name}}?',
    text: 'After that it can be deleted again by those who may.',
    because: 'Protected by {{person}}: {{reason}}',
    submit: 'Release',
  },
  take: {
    title: 'Take snapshot of {{vm}}',
    submit: 'Take snapshot',
    name: 'Name',
    nameHint: 'Lower-case letters, digits and dashes, at most {{max}}.',
    nameEmpty: 'Enter a name.',
    nameTooLong:
      'At most {{max}} characters are possible; these are {{length}}.',
    nameUpperCase: 'Upper-case letters are not possible.',
    nameBadCharacter:
      'Only lower-case letters, digits and dashes are possible.',
    nameBadEdge: 'It has to begin and end with a letter or digit.',
    nameTaken: 'A snapshot with this name exists already.',
    nameChecking: 'Checking whether the name is free',
    nameFree: 'The name is free.',
    description: 'Description',
    descriptionHint: 'For example: before the upgrade to version 2',
    descriptionTooLong:
      'At most {{max}} characters are possible; these are {{length}}.',
    deadline: 'Deadline in minutes',
    deadlineHint:
      'If it is not finished by then, the cluster gives up and releases the VM.',
    deadlineInvalid: 'Enter a whole number from {{min}} to {{max}}.',
    noDisks: 'No disk will be captured',
    disksIncluded_one: '{{count}} disk will be captured',
    disksIncluded_other: '{{count}} disks will be captured',
    disksExcluded: 'Not captured',
    consistency: 'What to expect',
    configurationOnly: 'I want the configuration alone, without any disk',
    configurationOnlyNeeded:
      'No disk of this VM can be captured. Tick this box if a snapshot of the configuration alone is what you want.',
  },
  stop: {
    title: 'Stop snapshot {{name}}?',
    text: 'The unfinished snapshot is removed and the VM is released. If it finishes before the cluster gets to it, it is kept.',
    submit: 'Stop snapshot',
  },
  delete: {
    title: 'Delete snapshot {{name}}?',
    plain: 'It cannot be restored, so nothing of use is lost.',
    standard:
      'The copy of disks and settings that it holds is gone for good. {{vm}} itself and its other snapshots stay as they are.',
    name: 'This is the last snapshot of {{vm}} that can be restored. Without it there is nothing to go back to. {{vm}} itself stays as it is.',
    typeName: 'Type {{name}} to confirm',
    typeNameMismatch: 'This is not the name of the snapshot.',
    submit: 'Delete snapshot',
  },
} as const;
