// SPDX-License-Identifier: Apache-2.0
import {
  Alert,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
  Flex,
  Skeleton,
  VisuallyHidden,
} from '@backstage/ui';
import type { Verdict } from 'backstage-plugin-kubevirt-snapshots-common';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTexts } from '../../translations';
import { FormButtons } from '../ActionButton';
import { Section } from '../Drawer';
import { ErrorState } from '../ErrorState';
import { FormError } from '../FormError';
import surfaces from '../surfaces.module.css';
import styles from './ReviewDialog.module.css';

/**
 * What a review consists of, in the order in which it is read: the same for
 * restoring, making a VM and making a template.
 */
export const REVIEW_PARTS = [
  'comes',
  'changes',
  'lost',
  'power',
  'choices',
  'confirmation',
] as const;

/** A part of {@link REVIEW_PARTS}. */
export type ReviewPart = (typeof REVIEW_PARTS)[number];

/** Props of {@link ReviewDialog}. */
export interface ReviewDialogProps {
  title: string;
  /** What the dialog is about, in a sentence or two. */
  intro?: string;
  submit: string;
  /** Whether it may be sent as it stands, and if not why. */
  verdict: Verdict;
  destructive?: boolean;
  /** What is looked at isn't there yet, or why it can't be. */
  review: { loading: boolean; error?: unknown; onRetry: () => void };
  /** What would happen isn't what it was when the dialog opened. */
  changed: boolean;
  /** Above all parts: what stands in the way. */
  notice?: ReactNode;
  /** The notice says already why it can't be sent. */
  explained?: boolean;
  /** A part that is left out has nothing to say. */
  parts: Partial<Record<ReviewPart, { title: string; children: ReactNode }>>;
  pending: boolean;
  /** Why it was refused when it was sent. */
  error?: unknown;
  onSubmit: () => void;
  onClose: () => void;
}

function Loading() {
  const t = useTexts();
  return (
    <div role="status" aria-busy="true">
      <VisuallyHidden>{t('review.loading')}</VisuallyHidden>
      <Flex direction="column" gap="3">
        {[40, 90, 75, 60, 90].map((width, index) => (
          <Skeleton key={index} width={`${width}%`} height={20} />
        ))}
      </Flex>
    </div>
  );
}

/** Brings what has just been said into view: the dialog may be scrolled. */
function useIntoView(said: unknown) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (said) {
      ref.current?.scrollIntoView?.({ block: 'nearest' });
    }
  }, [said]);
  return ref;
}

function Body(props: ReviewDialogProps) {
  const t = useTexts();
  const { intro, verdict, notice, explained, parts, review } = props;
  const { changed, error } = props;
  const top = useIntoView(error ?? changed);
  if (review.error) {
    return <ErrorState error={review.error} onRetry={review.onRetry} />;
  }
  if (review.loading) {
    return <Loading />;
  }
  return (
    <div className={styles.parts}>
      <div ref={top} className={styles.notices}>
        {changed && (
          <Alert
            role="alert"
            status="warning"
            icon
            title={t('review.changed')}
          />
        )}
        {Boolean(error) && <FormError error={error} />}
        {notice}
        {!verdict.allowed && !explained && (
          <Alert status="warning" icon title={verdict.reason} role="status" />
        )}
      </div>
      {intro && <p className={styles.text}>{intro}</p>}
      {REVIEW_PARTS.map(id => {
        const part = parts[id];
        return (
          part && (
            <Section key={id} title={part.title}>
              {part.children}
            </Section>
          )
        );
      })}
    </div>
  );
}

/**
 * The form in which one sees what an act will do before one asks for it. It
 * survives every error.
 */
export function ReviewDialog(props: ReviewDialogProps) {
  const { title, submit, verdict, destructive, review, pending } = props;
  const { onSubmit, onClose } = props;
  const formRef = useRef<HTMLFormElement>(null);
  const ready = !review.loading && !review.error;
  return (
    <Dialog
      isOpen
      // A click beside it must not throw away what was chosen.
      isDismissable={false}
      onOpenChange={open => !open && !pending && onClose()}
      width={720}
      className={surfaces.dialog}
    >
      <form
        ref={formRef}
        className={styles.form}
        noValidate
        onSubmit={event => {
          event.preventDefault();
          if (pending || !verdict.allowed || !ready) {
            return;
          }
          onSubmit();
          // Once the complaints are on the screen, go to the first one.
          requestAnimationFrame(() =>
            formRef.current
              ?.querySelector<HTMLElement>('[aria-invalid="true"]')
              ?.focus(),
          );
        }}
      >
        <DialogHeader>{title}</DialogHeader>
        <DialogBody>
          <Body {...props} />
        </DialogBody>
        <DialogFooter>
          {ready && (
            <FormButtons
              submit={submit}
              verdict={verdict}
              pending={pending}
              destructive={destructive}
              onCancel={onClose}
            />
          )}
        </DialogFooter>
      </form>
    </Dialog>
  );
}
