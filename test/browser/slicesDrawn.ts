import type { Page } from 'playwright-core';
import { frames } from './frames.ts';

/** Until what has changed is drawn in all slices: each of three may need a frame of its own, and one more where its words have moved. */
export const slicesDrawn = (page: Page): Promise<void> => frames(page, 8);
