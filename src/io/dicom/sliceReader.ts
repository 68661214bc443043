import { asVesaliusError, VesaliusError } from '#core/errors.ts';
import type { ScalarArray } from '#core/volume/volume.ts';
import { openSource, type ReadingRoom, readingRoom } from '#io/source.ts';
import type { FrameDecoder } from './codeStream.ts';
import { frameDecoder } from './decode.ts';
import { pictureOf, tileOf } from './mosaic.ts';
import { type PixelSource, pixelSource } from './pixelSource.ts';
import type { DicomSeries, PlannedSlice } from './series.ts';
import { storeColour } from './storeColour.ts';
import { rangeOf, type StoredSlice, storeSlice, wordMarks } from './storeSlice.ts';

/** Brings slices of one series into its buffers, in any order. */
interface SliceReader {
  /**
   * @param n of `series.slices`; @param next whose bytes are fetched meanwhile
   * @throws VesaliusError naming file and keyword
   */
  read(n: number, next: number | null): Promise<StoredSlice>;
  close(): void;
}

/**
 * @param rgb where the pixels are colours
 * @param placeOf voxel from which on slice `n` is written; by default its place in the volume
 */
export function sliceReader(
  { header, slices, sources }: DicomSeries,
  scalars: ScalarArray,
  rgb: Uint8Array<ArrayBufferLike> | null,
  placeOf?: (n: number) => number,
): SliceReader {
  const [ni, nj, nk] = header?.dims ?? [0, 0, 0];
  const perTimepoint = slices.length / (header?.timepoints ?? 1);
  const inVolume = (n: number): number =>
    ((slices[n] as PlannedSlice).plane + Math.floor(n / perTimepoint) * nk) * ni * nj;
  const rescaled = isRescaled({ header, slices });
  const decoders = new Map<string, FrameDecoder>();
  // Several frames of one file share its item table; a file is let go as soon as the next one is opened.
  let opened: { source: number; pixels: PixelSource; mosaic: Promise<Uint8Array<ArrayBuffer>> | null } | null = null;
  let fetched: { n: number; bytes: Promise<Uint8Array<ArrayBuffer>> } | null = null;

  // Two by turns: one slice is decoded while the next is fetched.
  const rooms: readonly ReadingRoom[] = [readingRoom(), readingRoom()];
  let turn = 0;
  const room = (): ReadingRoom => rooms[turn] as ReadingRoom;
  const marks = wordMarks();

  const load = async (n: number): Promise<Uint8Array<ArrayBuffer>> => {
    const slice = slices[n] as PlannedSlice;
    turn = 1 - turn;
    if (opened?.source !== slice.source) {
      const ref = sources[slice.source];
      if (!ref)
        throw new VesaliusError({
          code: 'internal',
          what: 'series',
          where: 'sources',
          expected: 'a file',
          got: slice.source,
        });
      opened = {
        source: slice.source,
        pixels: pixelSource(openSource(ref), pictureOf(slice.pixels), slice.pixels.mosaic ? undefined : room),
        mosaic: null,
      };
    }
    if (!slice.pixels.mosaic) return opened.pixels.frame(slice.frame);
    opened.mosaic ??= opened.pixels.frame(0);
    return opened.mosaic;
  };

  return {
    async read(n, next) {
      const slice = slices[n] as PlannedSlice;
      const { pixels, slope, intercept } = slice;
      try {
        // What is still fetched for nothing must not be written into a room that is used again.
        if (fetched && fetched.n !== n) await fetched.bytes.catch(() => {});
        const stored = await (fetched?.n === n ? fetched.bytes : load(n));
        fetched = next === null ? null : { n: next, bytes: load(next) };
        // Should the reading stop before it is awaited, its failure is nobody's.
        fetched?.bytes.catch(() => {});
        let decoder = decoders.get(pixels.syntaxUid);
        if (!decoder) {
          decoder = await frameDecoder(pixels.syntaxUid);
          decoders.set(pixels.syntaxUid, decoder);
        }
        const picture = await decoder.decode(stored, pictureOf(pixels));
        const frame = tileOf(picture, pixels, slice.frame);
        const at = (placeOf ?? inVolume)(n);
        if (!rgb) return storeSlice(frame, pixels, scalars, at, rescaled ? { slope, intercept } : null, marks);
        storeColour(frame, pixels, scalars as Uint8Array<ArrayBufferLike>, rgb, at);
        return { stray: 0, range: rangeOf(scalars.subarray(at, at + pixels.rows * pixels.columns)) };
      } catch (thrown) {
        throw asVesaliusError(thrown).in(slice.name);
      }
    },
    close() {
      for (const decoder of decoders.values()) decoder.close();
    },
  };
}

/** Slices have no common slope and intercept: each is rescaled as it is stored. */
export function isRescaled({ header, slices }: Pick<DicomSeries, 'header' | 'slices'>): boolean {
  return slices.some(({ slope, intercept }) => slope !== header?.slope || intercept !== header.intercept);
}
