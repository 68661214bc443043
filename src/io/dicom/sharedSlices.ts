import type { AsyncSteps } from '#core/steps.ts';
import type { ScalarArray } from '#core/volume/volume.ts';
import type { DicomSeries } from './series.ts';
import { sliceReader } from './sliceReader.ts';
import { transferSyntaxOf } from './transferSyntax.ts';

/** Slices that several workers decode into one shared buffer. Plain data; what it holds is shared, not copied, with a worker. */
export interface SharedSlices {
  readonly kind: 'slices';
  readonly series: DicomSeries;
  readonly scalars: ScalarArray;
  readonly rgb: Uint8Array<ArrayBufferLike> | null;
  /** Whether to stop, stray samples of the helpers, then FREE, TAKEN or DONE for each slice. Over a SharedArrayBuffer. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

const [STOP, STRAY, SLICES] = [0, 1, 2];
const [FREE, TAKEN, DONE] = [0, 1, 2];
/** Fewer slices are read before a helper has loaded its decoder. */
const WORTH_SHARING = 6;

/** null where sharing them would not pay: uncompressed pixels and RLE wait for the disk, a few slices for nobody. */
export function shareSlices(
  series: DicomSeries,
  scalars: ScalarArray,
  rgb: Uint8Array<ArrayBufferLike> | null,
): SharedSlices | null {
  const { slices } = series;
  const coded = slices.some(({ pixels }) => transferSyntaxOf(pixels.syntaxUid)?.packing.kind === 'codec');
  if (!coded || slices.length < WORTH_SHARING || !(scalars.buffer instanceof SharedArrayBuffer)) return null;
  const state = new Int32Array(new SharedArrayBuffer(4 * (SLICES + slices.length)));
  return { kind: 'slices', series, scalars, rgb, state };
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

/** Ends the helpers' work, and tells how many stray samples they met. */
export function stopHelpers({ state }: SharedSlices): number {
  Atomics.store(state, STOP, 1);
  return Atomics.load(state, STRAY);
}

/**
 * Decodes slices from the last one on, while their reader comes from the first: what is left when the two meet is at most a slice each.
 * A slice that cannot be decoded is given back for the reader to find and report.
 * @returns how many were decoded
 */
export async function* helpDecode(work: SharedSlices): AsyncSteps<number> {
  const { series, scalars, rgb, state } = work;
  const reader = sliceReader(series, scalars, rgb);
  const of = series.slices.length;
  let decoded = 0;
  try {
    for (let n = of - 1; n >= 0 && Atomics.load(state, STOP) === 0; n--) {
      if (!takeSlice(work, n)) continue;
      let ended: number = FREE;
      try {
        Atomics.add(state, STRAY, await reader.read(n, n > 0 && isFree(work, n - 1) ? n - 1 : null));
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
