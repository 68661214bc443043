import type { AsyncSteps } from '#core/steps.ts';
import type { ScalarArray } from '#core/volume/volume.ts';
import type { DicomSeries } from './series.ts';
import { sliceReader } from './sliceReader.ts';
import type { StoredSlice } from './storeSlice.ts';
import { transferSyntaxOf } from './transferSyntax.ts';

/** Slices that several workers decode into one shared buffer. Plain data; what it holds is shared, not copied, with a worker. */
export interface SharedSlices {
  readonly kind: 'slices';
  readonly series: DicomSeries;
  readonly scalars: ScalarArray;
  readonly rgb: Uint8Array<ArrayBufferLike> | null;
  /** Whether to stop, then FREE, TAKEN or DONE for each slice. */
  readonly state: Int32Array<SharedArrayBuffer>;
  /** Stray samples, smallest and largest value of each slice that is DONE. */
  readonly found: Float64Array<SharedArrayBuffer>;
}

const [STOP, SLICES] = [0, 1];
const [FREE, TAKEN, DONE] = [0, 1, 2];
/** Fewer slices are read before a helper has loaded its decoder. */
const WORTH_SHARING = 6;

/**
 * null where sharing them would not pay: a few slices wait for nobody; uncompressed ones and RLE take less than their bytes' way out of a
 * browser's files, which one process reads for all, and a worker more takes memory. From a disk they are shared too.
 */
export function shareSlices(
  series: DicomSeries,
  scalars: ScalarArray,
  rgb: Uint8Array<ArrayBufferLike> | null,
): SharedSlices | null {
  const { slices, sources } = series;
  const coded = slices.some(({ pixels }) => transferSyntaxOf(pixels.syntaxUid)?.packing.kind === 'codec');
  const pays = coded || sources.every(({ kind }) => kind === 'disk');
  if (!pays || slices.length < WORTH_SHARING || !(scalars.buffer instanceof SharedArrayBuffer)) return null;
  const state = new Int32Array(new SharedArrayBuffer(4 * (SLICES + slices.length)));
  const found = new Float64Array(new SharedArrayBuffer(8 * 3 * slices.length));
  return { kind: 'slices', series, scalars, rgb, state, found };
}

/** Takes a slice for oneself; false where another has it. */
export function takeSlice({ state }: SharedSlices, n: number): boolean {
  return Atomics.compareExchange(state, SLICES + n, FREE, TAKEN) === FREE;
}

export function isFree({ state }: SharedSlices, n: number): boolean {
  return Atomics.load(state, SLICES + n) === FREE;
}

export function isDone({ state }: SharedSlices, n: number): boolean {
  return Atomics.load(state, SLICES + n) === DONE;
}

/** What a slice that is done was found to hold. */
export function foundBy({ found }: SharedSlices, n: number): StoredSlice {
  const [stray, low, high] = found.subarray(3 * n, 3 * n + 3) as unknown as readonly [number, number, number];
  return { stray, range: [low, high] };
}

export function stopHelpers({ state }: SharedSlices): void {
  Atomics.store(state, STOP, 1);
}

/**
 * Decodes slices from the last one on, while their reader comes from the first: what is left when the two meet is at most a slice each.
 * A slice that cannot be decoded is given back for the reader to find and report.
 * @returns how many were decoded
 */
export async function* helpDecode(work: SharedSlices): AsyncSteps<number> {
  const { series, scalars, rgb, state, found } = work;
  const reader = sliceReader(series, scalars, rgb);
  const of = series.slices.length;
  let decoded = 0;
  try {
    for (let n = of - 1; n >= 0 && Atomics.load(state, STOP) === 0; n--) {
      if (!takeSlice(work, n)) continue;
      let ended: number = FREE;
      try {
        const { stray, range } = await reader.read(n, n > 0 && isFree(work, n - 1) ? n - 1 : null);
        found.set([stray, ...range], 3 * n);
        ended = DONE;
      } finally {
        Atomics.store(state, SLICES + n, ended);
      }
      yield { stage: 'read', done: ++decoded, of };
    }
  } finally {
    reader.close();
  }
  return decoded;
}
