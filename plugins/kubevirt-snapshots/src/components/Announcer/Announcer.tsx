// SPDX-License-Identifier: Apache-2.0
import { VisuallyHidden } from '@backstage/ui';
import {
  createContext,
  useCallback,
  useContext,
  useMemo,
  useState,
  type ReactNode,
} from 'react';
import { useTexts } from '../../translations';

const AnnouncerContext = createContext<(text: string) => void>(() => {});

/** Says something to screen readers, politely. */
export function useAnnounce() {
  return useContext(AnnouncerContext);
}

/**
 * Holds the live region of the tab. It is marked as an announcer, which keeps
 * it audible while a dialog hides the rest of the page.
 */
export function Announcer({ children }: { children: ReactNode }) {
  const t = useTexts();
  const [messages, setMessages] = useState<{ id: number; text: string }[]>([]);
  const announce = useCallback((text: string) => {
    setMessages(current => [
      ...current.slice(-4),
      { id: (current.at(-1)?.id ?? 0) + 1, text },
    ]);
  }, []);
  const region = useMemo(
    () => (
      <VisuallyHidden>
        <div
          role="log"
          aria-live="polite"
          aria-label={t('announce.region')}
          data-live-announcer="true"
        >
          {messages.map(({ id, text }) => (
            <p key={id}>{text}</p>
          ))}
        </div>
      </VisuallyHidden>
    ),
    [messages, t],
  );
  return (
    <AnnouncerContext.Provider value={announce}>
      {children}
      {region}
    </AnnouncerContext.Provider>
  );
}
