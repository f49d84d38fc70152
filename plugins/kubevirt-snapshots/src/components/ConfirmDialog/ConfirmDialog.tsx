// SPDX-License-Identifier: Apache-2.0
import {
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Text,
} from '@backstage/ui';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import type { ReactNode } from 'react';
import { FormButtons } from '../ActionButton';
import { FormError } from '../FormError';
import surfaces from '../surfaces.module.css';

/** Props of {@link ConfirmDialog}. */
export interface ConfirmDialogProps {
  title: string;
  text: string;
  submit: string;
  verdict: Verdict;
  pending: boolean;
  error?: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks once before something that can't be undone. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, text, submit, verdict, pending, error } = props;
  const { onSubmit, onClose, children } = props;
  return (
    <Dialog
      isOpen
      isDismissable={!pending}
      onOpenChange={open => !open && !pending && onClose()}
      width={480}
      className={surfaces.dialog}
    >
      <form
        style={{ display: 'contents' }}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (!pending && verdict.allowed) {
            onSubmit();
          }
        }}
      >
        <DialogHeader>{title}</DialogHeader>
        <DialogBody>
          <Flex direction="column" gap="3">
            <Text as="p">{text}</Text>
            {children}
            {!verdict.allowed && <Text as="p">{verdict.reason}</Text>}
            {Boolean(error) && <FormError error={error} />}
          </Flex>
        </DialogBody>
        <DialogFooter>
          <FormButtons
            submit={submit}
            verdict={verdict}
            pending={pending}
            destructive
            onCancel={onClose}
          />
        </DialogFooter>
      </form>
    </Dialog>
  );
}
