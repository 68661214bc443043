import type { Page } from 'playwright-core';

/** Waits for so many frames of the headset's session, or of the page where there is none. */
export const frames = (page: Page, count: number): Promise<void> =>
  page.evaluate(
    (n) =>
      new Promise<void>((resolve) => {
        const session = ((window.__xrDevice as Window['__xrDevice'] | undefined)?.activeSession ?? window) as XRSession;
        let seen = 0;
        const next = () => (++seen >= n ? resolve() : void session.requestAnimationFrame(next));
        session.requestAnimationFrame(next);
      }),
    count,
  );
