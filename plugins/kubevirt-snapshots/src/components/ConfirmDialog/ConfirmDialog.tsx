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
import { useRef, type ReactNode } from 'react';
import { FormButtons } from '../ActionButton';
import { FormError } from '../FormError';
import surfaces from '../surfaces.module.css';

/** Props of {@link ConfirmDialog}. */
export interface ConfirmDialogProps {
  title: string;
  text: string;
  submit: string;
  verdict: Verdict;
  /** False for what can be taken back. */
  destructive?: boolean;
  /** A click beside it must not throw away what was typed. */
  holdsInput?: boolean;
  pending: boolean;
  error?: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks once before something is done. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, text, submit, verdict, pending, error } = props;
  const { destructive = true, holdsInput = false } = props;
  const { onSubmit, onClose, children } = props;
  const formRef = useRef<HTMLFormElement>(null);
  return (
    <Dialog
      isOpen
      isDismissable={!pending && !holdsInput}
      onOpenChange={open => !open && !pending && onClose()}
      width={480}
      className={surfaces.dialog}
    >
      <form
        ref={formRef}
        style={{ display: 'contents' }}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (!pending && verdict.allowed) {
            onSubmit();
            // Once the complaints are on the screen, go to the first one.
            requestAnimationFrame(() =>
              formRef.current
                ?.querySelector<HTMLElement>('[aria-invalid="true"]')
                ?.focus(),
            );
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
            destructive={destructive}
            onCancel={onClose}
          />
        </DialogFooter>
      </form>
    </Dialog>
  );
}
