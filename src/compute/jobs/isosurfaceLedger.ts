import type { Counts } from './isosurfaceKernel.ts';

/**
 * What workers that write one mesh together share: chunks of planes are taken in order, and of each is told how many vertices and
 * triangles lie before it. So a voxel is read once, for counting and for writing, and whoever is free takes what comes next.
 * A worker waits for the counts of chunks before its own alone, which others have begun already.
 * Source: Merrill & Garland, Single-pass Parallel Prefix Scan with Decoupled Look-back, 2016.
 */
export interface Ledger {
  readonly chunks: number;
  /** STOPPED, NEXT, KNOWN. */
  readonly state: Int32Array<SharedArrayBuffer>;
  /** Vertices and triangles before each chunk, and of all. */
  readonly totals: Float64Array<SharedArrayBuffer>;
}

/** Whether to stop, the next chunk to be taken, and of how many chunks from the first on the totals are known. */
const [STOPPED, NEXT, KNOWN] = [0, 1, 2];

export function createLedger(chunks: number): Ledger {
  const state = new Int32Array(new SharedArrayBuffer(12));
  const totals = new Float64Array(new SharedArrayBuffer(16 * (chunks + 1)));
  return { chunks, state, totals };
}

/** A chunk for oneself; undefined when there is none left, or when work was stopped. */
export function takeChunk({ chunks, state }: Ledger): number | undefined {
  if (Atomics.load(state, STOPPED) !== 0) return undefined;
  const chunk = Atomics.add(state, NEXT, 1);
  return chunk < chunks ? chunk : undefined;
}

/**
 * Enters the counts of a chunk that was taken, unless they are known, as soon as those before it are; waits a little for these.
 * @returns what lies before the chunk; undefined while that is not known (ask again, or leave when work was stopped)
 */
export function enterCounts(ledger: Ledger, chunk: number, counts: Counts): Counts | undefined {
  const { state, totals } = ledger;
  const known = Atomics.load(state, KNOWN);
  if (known < chunk) {
    Atomics.wait(state, KNOWN, known, WAIT_MS);
    return undefined;
  }
  const before = totalsBefore(ledger, chunk);
  if (known === chunk) {
    totals[2 * chunk + 2] = before.vertices + counts.vertices;
    totals[2 * chunk + 3] = before.triangles + counts.triangles;
    Atomics.store(state, KNOWN, chunk + 1);
    Atomics.notify(state, KNOWN);
  }
  return before;
}

/** Waiting ends after this long to see whether work was stopped. */
const WAIT_MS = 5;

/** What lies before chunk n; n = chunks: all. */
export function totalsBefore({ totals }: Ledger, n: number): Counts {
  return { vertices: totals[2 * n] as number, triangles: totals[2 * n + 1] as number };
}

/** All chunks are to be taken again, their totals being known. Nobody is at work. */
export function rewind({ state }: Ledger): void {
  Atomics.store(state, NEXT, 0);
}

/** One worker failed: the others shall not wait for it. */
export function stopAll({ state }: Ledger): void {
  Atomics.store(state, STOPPED, 1);
  Atomics.notify(state, KNOWN);
}

export function isStopped({ state }: Ledger): boolean {
  return Atomics.load(state, STOPPED) !== 0;
}
