import type { AsyncSteps, Steps } from '#core/steps.ts';
import { ball, type Mask } from './bitGrid.ts';
import { findComponents } from './components.ts';
import { bodyFrame, type Frame } from './frame.ts';
import { cavities, holesInPlanes } from './holes.ts';
import { type MethodInput, type MethodOutcome, numberOf, single } from './outcome.ts';

/** A part of the body (an arm beside the trunk) is at least this share of the largest part. */
const LEAST_SHARE = 0.03;

export interface Body {
  /** Solid: lungs, airways and bowel gas included. */
  readonly body: Mask;
  /** What is as dense as the body but was cut off: table, tubes, clothes. Voxels. */
  readonly cutOff: number;
}

/** The solid body without the table. The caller drops the mask. */
export function* findBody(frame: Frame, lowerHu: number, cutMm: number): Steps<Body> {
  const { grid, spacing } = frame;
  const dense = yield* frame.threshold(lowerHu, Infinity, 'body');
  const thinned = yield* grid.erode(dense, ball(spacing, cutMm / 2), 'body');
  const parts = yield* findComponents(grid, thinned, 6, 'body');
  const largest = parts.largest();
  const least = largest < 0 ? 0 : LEAST_SHARE * (parts.sizes[largest] as number);
  const cores = parts.select((n) => (parts.sizes[n] as number) >= least);
  parts.drop();
  grid.drop(thinned);
  // A voxel more than was taken away, so that the skin comes back to where it was.
  const body = yield* grid.dilate(cores, ball(spacing, cutMm / 2 + Math.min(...spacing)), 'body');
  grid.and(body, dense);
  grid.drop(cores);
  const cutOff = grid.count(dense) - grid.count(body);
  grid.drop(dense);
  const holes = yield* holesInPlanes(grid, body, 2);
  grid.or(body, holes);
  grid.drop(holes);
  const inner = yield* cavities(grid, body, [0, 1]);
  grid.or(body, inner);
  grid.drop(inner);
  return { body, cutOff };
}

export async function* ctBody(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { grid, volume, settings } = input;
  const frame = bodyFrame(grid, volume);
  const { body, cutOff } = yield* findBody(frame, numberOf(settings, 'lower'), numberOf(settings, 'cutMm'));
  const ml = (cutOff * frame.voxelMm3) / 1000;
  const warnings =
    cutOff === 0
      ? []
      : [
          {
            code: 'parts-left-out',
            where: 'table and loose parts',
            kept: 'body',
            text: `${ml.toPrecision(3)} ml as dense as the body were left out: table, clothes and what is thinner than ${settings.cutMm} mm.`,
          },
        ];
  return { segments: single(input, yield* frame.restore(body)), settings, warnings };
}
