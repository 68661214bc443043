import { useSyncExternalStore } from 'react';
import { direction, language, onLanguage } from '#i18n/t.ts';

/** Draws again when the language changes; gives its code. */
export function useLanguage(): string {
  return useSyncExternalStore(onLanguage, language);
}

/** Language and direction of the document, for the screen reader and for CSS. */
export function applyLanguage(): void {
  const code = language();
  document.documentElement.lang = code.startsWith('pseudo') ? 'en' : code;
  document.documentElement.dir = direction();
}
