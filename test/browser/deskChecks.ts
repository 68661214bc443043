// What holds on every picture of the desk: nothing cut, nothing too small to read or to press.
import type { Page } from 'playwright-core';

export interface DeskFaults {
  /** Text wider than the box it stands in. */
  readonly cut: readonly string[];
  /** Letters under 12 px. */
  readonly small: readonly string[];
  /** Buttons, fields and links under `leastTarget` px. */
  readonly narrow: readonly string[];
  /** Boxes that reach beyond the window. */
  readonly outside: readonly string[];
}

/** Looks at everything that is drawn in `within`, but the slices' own words. */
export function deskFaults(page: Page, leastTarget = 24, within = 'body'): Promise<DeskFaults> {
  return page.evaluate(
    ([least, selector]) => {
      const root = document.querySelector(selector) ?? document.body;
      const name = (element: Element) =>
        `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} “${(element.textContent ?? element.getAttribute('aria-label') ?? '').trim().slice(0, 40)}”`;
      const drawn = (element: Element) => {
        const box = element.getBoundingClientRect();
        return (
          box.width > 0 &&
          box.height > 0 &&
          element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
        );
      };
      const unseen = (element: Element) => {
        if (element.closest('.unseen, .slices, [inert], [hidden]') !== null) return true;
        // For the screen reader alone: cut away, or a stand-in of the browser's own control.
        for (let each: Element | null = element; each && each !== root; each = each.parentElement) {
          const { clip, clipPath } = getComputedStyle(each);
          if (clip !== 'auto' || clipPath !== 'none') return true;
        }
        return false;
      };
      const cut: string[] = [];
      const small: string[] = [];
      const narrow: string[] = [];
      const outside: string[] = [];
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element instanceof SVGElement || unseen(element) || !drawn(element)) continue;
        const words = [...element.childNodes].some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        );
        const style = getComputedStyle(element);
        if (words) {
          if (Number.parseFloat(style.fontSize) < 12) small.push(`${name(element)} ${style.fontSize}`);
          if (
            style.overflowX !== 'visible' &&
            style.overflowX !== 'auto' &&
            element.scrollWidth > element.clientWidth + 1
          )
            cut.push(`${name(element)} ${element.scrollWidth} > ${element.clientWidth}`);
          // A text that runs out of what clips it.
          const range = document.createRange();
          range.selectNodeContents(element);
          const text = range.getBoundingClientRect();
          if (text.right > innerWidth + 1 || text.left < -1) outside.push(name(element));
          for (let box = element.parentElement; box && box !== root; box = box.parentElement) {
            const overflow = getComputedStyle(box).overflowX;
            if (overflow === 'visible') continue;
            const clip = box.getBoundingClientRect();
            if (
              overflow !== 'auto' &&
              overflow !== 'scroll' &&
              (text.right > clip.right + 1 || text.left < clip.left - 1)
            )
              cut.push(`${name(element)} in ${name(box).slice(0, 30)}`);
            break;
          }
        }
        const target = element.matches(
          'button, a[href], select, textarea, input:not([type=hidden]), [role=tab], [role=menuitem], [role=row]',
        );
        if (target && !element.closest('[aria-hidden=true]')) {
          // A field is as large as the box that is drawn around it.
          const box = (
            element.closest('.number-box, .search-box, .palette-search, .plain-select, .chip, .check') ?? element
          ).getBoundingClientRect();
          if (box.width < least - 0.5 || box.height < least - 0.5)
            narrow.push(`${name(element)} ${box.width}×${box.height}`);
        }
      }
      return { cut, small, narrow, outside };
    },
    [leastTarget, within] as const,
  );
}
export const noFaults: DeskFaults = { cut: [], small: [], narrow: [], outside: [] };
