import type { Page } from 'playwright-core';

/** Each of three slices may need a frame of its own, and one more where its words have moved. */
const FRAMES = 8;

/** Until what has changed is drawn in all slices, however long that takes. */
export const slicesDrawn = (page: Page): Promise<void> =>
  page.evaluate(
    (frames) =>
      new Promise<void>((done) => {
        const next = (left: number) => (left === 0 ? done() : void requestAnimationFrame(() => next(left - 1)));
        next(frames);
      }),
    FRAMES,
  );
