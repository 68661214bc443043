import type { Theme } from '#state/viewer.ts';

/** Languages with phrases of their own, then the two that test every phrase. */
export const languages = ['en', 'pseudo', 'pseudo-rtl'] as const;
export const themes: readonly Theme[] = ['system', 'dark', 'light', 'contrast'];
