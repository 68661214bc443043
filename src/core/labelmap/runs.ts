// Runs of segment values inside one brick: what an edit writes.
import { VesaliusError } from '#core/errors.ts';
import { BRICK_VOXELS, type Brick } from './labelmap.ts';

/** Flat triples (start, count, value) over the 32³ voxels of a brick, i-fastest; ascending, not overlapping, count ≥ 1. */
export type Runs = Uint16Array<ArrayBufferLike>;

/** @throws VesaliusError 'format' where the triples break a rule of `Runs`. */
export function checkRuns(runs: Runs): void {
  if (runs.length % 3 !== 0) refuse('length', 'a multiple of 3', runs.length);
  let end = 0;
  for (let r = 0; r < runs.length; r += 3) {
    const start = runs[r] as number;
    const count = runs[r + 1] as number;
    if (count === 0) refuse(`count of run ${r / 3}`, 'at least 1', 0);
    if (start < end) refuse(`start of run ${r / 3}`, `at least ${end}`, start);
    end = start + count;
    if (end > BRICK_VOXELS) refuse(`end of run ${r / 3}`, `at most ${BRICK_VOXELS}`, end);
  }
}

function refuse(where: string, expected: string, got: number): never {
  throw new VesaliusError({ code: 'format', what: 'runs of a brick', where: `runs, ${where}`, expected, got });
}

/** Writes runs into a dense brick, in place. */
export function writeRuns(voxels: Uint16Array<ArrayBufferLike>, runs: Runs): void {
  for (let r = 0; r < runs.length; r += 3) {
    const start = runs[r] as number;
    voxels.fill(runs[r + 2] as number, start, start + (runs[r + 1] as number));
  }
}

/** The runs that turn `before` into `after`; empty where they are equal. */
export function runsBetween(before: Brick, after: Brick): Runs {
  if (before === after) return new Uint16Array(0);
  const runs: number[] = [];
  const was = (n: number) => (typeof before === 'number' ? before : (before[n] as number));
  const is = (n: number) => (typeof after === 'number' ? after : (after[n] as number));
  for (let n = 0; n < BRICK_VOXELS; ) {
    const value = is(n);
    if (value === was(n)) {
      n++;
      continue;
    }
    const start = n++;
    while (n < BRICK_VOXELS && is(n) === value && was(n) !== value) n++;
    runs.push(start, n - start, value);
  }
  return Uint16Array.from(runs);
}

/** Runs that write `value` at the given voxels of a brick (any order, repeats allowed). */
export function runsAt(voxels: readonly number[], value: number): Runs {
  const sorted = [...new Set(voxels)].sort((a, b) => a - b);
  const runs: number[] = [];
  for (let n = 0; n < sorted.length; ) {
    const start = sorted[n] as number;
    let count = 1;
    while (sorted[n + count] === start + count) count++;
    runs.push(start, count, value);
    n += count;
  }
  return Uint16Array.from(runs);
}
