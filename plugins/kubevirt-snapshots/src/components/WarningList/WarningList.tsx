// SPDX-License-Identifier: Apache-2.0
import { VisuallyHidden } from '@backstage/ui';
import {
  RiAlertLine,
  RiErrorWarningLine,
  RiInformationLine,
} from '@remixicon/react';
import { useTexts } from '../../translations';
import styles from './WarningList.module.css';

const LOOKS = {
  info: { icon: RiInformationLine, word: 'warning.info' },
  warning: { icon: RiAlertLine, word: 'warning.warning' },
  danger: { icon: RiErrorWarningLine, word: 'warning.danger' },
} as const;

/** Something to know, with how much it matters. */
export interface Warning {
  code: string;
  message: string;
  tone?: keyof typeof LOOKS;
  /** What it is about. */
  subjects?: string[];
}

/** What one should know before one goes on. */
export function WarningList({ warnings }: { warnings: Warning[] }) {
  const t = useTexts();
  if (warnings.length === 0) {
    return null;
  }
  return (
    <ul className={styles.list}>
      {warnings.map(({ code, message, tone = 'warning', subjects = [] }) => {
        const { icon: Icon, word } = LOOKS[tone];
        return (
          <li
            key={`${code}:${message}`}
            className={styles.item}
            data-tone={tone}
          >
            <span className={styles[tone]} aria-hidden="true">
              <Icon size={18} />
            </span>
            <span className={styles.text}>
              <VisuallyHidden>{t(word)}: </VisuallyHidden>
              {message}
              {subjects.length > 0 && ` (${subjects.join(', ')})`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
