import type { AsyncSteps } from '#core/steps.ts';
import { ball } from './bitGrid.ts';
import { findComponents } from './components.ts';
import { bodyFrame } from './frame.ts';
import { cavities, holesInPlanes } from './holes.ts';
import { type MethodInput, type MethodOutcome, numberOf, single } from './outcome.ts';
import { leftOut, otsuThresholds } from './ranges.ts';

export async function* mrHead(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { volume, settings } = input;
  const frame = bodyFrame(input.grid, volume);
  const { grid, spacing, voxelMm3 } = frame;
  const lower = (settings.lower as number | null) ?? ((yield* otsuThresholds(volume, 3))[0] as number);
  const bright = yield* frame.threshold(lower, Infinity, 'head');
  const parts = yield* findComponents(grid, bright, 6, 'head');
  const largest = parts.largest();
  const head = parts.select((n) => n === largest);
  const specks = grid.count(bright) - grid.count(head);
  const warnings = leftOut(Math.max(0, parts.count - 1), specks, voxelMm3, 'the largest part');
  parts.drop();
  grid.drop(bright);
  const closed = yield* grid.close(head, ball(spacing, numberOf(settings, 'closeMm') / 2), 'head');
  const deep = yield* grid.erode(closed, ball(spacing, numberOf(settings, 'depthMm')), 'head');
  grid.or(head, deep);
  grid.drop(closed, deep);
  for (const holes of [yield* holesInPlanes(grid, head, 2), yield* cavities(grid, head, [0, 1])]) {
    grid.or(head, holes);
    grid.drop(holes);
  }
  return { segments: single(input, yield* frame.restore(head)), settings: { ...settings, lower }, warnings };
}
