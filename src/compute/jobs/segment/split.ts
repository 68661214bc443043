import type { Steps } from '#core/steps.ts';
import { ball, type Mask } from './bitGrid.ts';
import { findComponents } from './components.ts';
import type { Frame } from './frame.ts';

/**
 * Parts a mask at its narrowest place: it is eroded until two comparable cores are left, then both grow back side by side, each
 * keeping what it reaches first. null where no erosion up to 20 mm gives two. Two new masks.
 */
export function* splitInTwo(frame: Frame, mask: Mask): Steps<[Mask, Mask] | null> {
  const { grid, spacing } = frame;
  for (let radius = Math.max(1, Math.min(...spacing)); radius <= 20; radius *= 1.35) {
    const thin = yield* grid.erode(mask, ball(spacing, radius), 'split');
    const parts = yield* findComponents(grid, thin, 6, 'split');
    grid.drop(thin);
    const [one, two] = parts.bySize(2);
    if (one === undefined || two === undefined || (parts.sizes[two] as number) < 0.2 * (parts.sizes[one] as number)) {
      parts.drop();
      continue;
    }
    const cores: [Mask, Mask] = [parts.select((n) => n === one), parts.select((n) => n === two)];
    parts.drop();
    return yield* growBack(frame, mask, cores);
  }
  return null;
}

/** Both cores grow by single layers inside the mask until they meet; what neither reaches goes to the nearer by layers, or to none. */
function* growBack(frame: Frame, mask: Mask, cores: [Mask, Mask]): Steps<[Mask, Mask]> {
  const { grid, spacing } = frame;
  const layer = ball(spacing, 1.01 * Math.max(spacing[0], spacing[1]));
  // Thick slices: a layer in plane would never cross to the next slice.
  const tall = ball(spacing, 1.01 * Math.max(...spacing));
  let before = -1;
  let count = grid.count(cores[0]) + grid.count(cores[1]);
  for (let turn = 0; count !== before; turn++) {
    before = count;
    for (const own of [0, 1] as const) {
      const wider = yield* grid.dilate(cores[own], turn % 4 === 3 ? tall : layer, 'split');
      grid.and(wider, mask);
      grid.without(wider, cores[own === 0 ? 1 : 0]);
      grid.drop(cores[own]);
      cores[own] = wider;
    }
    count = grid.count(cores[0]) + grid.count(cores[1]);
    if (count === before && turn % 4 !== 3) before = -1;
  }
  return cores;
}
