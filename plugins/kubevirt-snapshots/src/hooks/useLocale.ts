// SPDX-License-Identifier: Apache-2.0
import { appLanguageApiRef } from '@backstage/frontend-plugin-api';
import { useApi } from '@backstage/core-plugin-api';

/**
 * The locale for dates and numbers: the browser's own where it speaks the
 * app's language (`en-GB` for `en`), else the app's language.
 */
export function useLocale(): string {
  const { language } = useApi(appLanguageApiRef).getLanguage();
  return (
    navigator.languages?.find(
      locale => locale === language || locale.startsWith(`${language}-`),
    ) ?? language
  );
}
