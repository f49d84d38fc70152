// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from 'react';
import { EditScheduleDialog } from '../ScheduleForm';
import type { ScheduleAction } from '../ScheduleRow';
import { DeleteScheduleDialog } from './DeleteScheduleDialog';
import { PauseScheduleDialog } from './PauseScheduleDialog';
import {
  AdoptScheduleDialog,
  ResumeScheduleDialog,
  RunScheduleDialog,
} from './SimpleDialogs';
import type { ScheduleDialogProps } from './useScheduleStep';

const DIALOGS: Record<
  Exclude<ScheduleAction, 'details'>,
  ComponentType<ScheduleDialogProps>
> = {
  edit: EditScheduleDialog,
  runNow: RunScheduleDialog,
  pause: PauseScheduleDialog,
  resume: ResumeScheduleDialog,
  adopt: AdoptScheduleDialog,
  delete: DeleteScheduleDialog,
};

/** The dialog of an action on a schedule. */
export function ScheduleDialog(
  props: ScheduleDialogProps & { action: Exclude<ScheduleAction, 'details'> },
) {
  const { action, ...rest } = props;
  const Dialog = DIALOGS[action];
  return <Dialog {...rest} />;
}
