// Where the words of a slice stand, and what is left of a line that gives way to them.

/** CSS pixels of the view. */
export interface WordBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** CSS pixels that a line keeps from words. */
const AWAY_PX = 3;

/** Boxes of what is written over a slice; empty ones are not shown. */
export function wordBoxes(view: HTMLElement): WordBox[] {
  const { left, top } = view.getBoundingClientRect();
  return [...view.querySelectorAll('.slice-corner, .slice-letter')].flatMap((element) => {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return [];
    return [{ left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top }];
  });
}

/**
 * The stretches of a line along one side of the view that no words stand on, in order.
 * @param at where it runs, across its direction
 * @param open no line between these two either: round the middle of a crosshair
 */
export function crosshairParts(
  direction: 'across' | 'down',
  at: number,
  length: number,
  open: readonly [from: number, to: number],
  words: readonly WordBox[],
): [from: number, to: number][] {
  const gaps = words.flatMap(({ left, top, right, bottom }): [number, number][] => {
    const [low, high, from, to] = direction === 'across' ? [top, bottom, left, right] : [left, right, top, bottom];
    return at > low - AWAY_PX && at < high + AWAY_PX ? [[from - AWAY_PX, to + AWAY_PX]] : [];
  });
  const parts: [number, number][] = [];
  let drawn = 0;
  for (const [from, to] of [...gaps, [open[0], open[1]] as const].sort((a, b) => a[0] - b[0])) {
    if (from > drawn) parts.push([drawn, Math.min(from, length)]);
    drawn = Math.max(drawn, to);
    if (drawn >= length) return parts;
  }
  parts.push([drawn, length]);
  return parts;
}
