import { VesaliusError } from '#core/errors.ts';
import { spacingOf } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { StoredPixels } from '#io/dicom/instance.ts';
import type { FrameDecoder } from '../dicom/codeStream.ts';
import { frameDecoder } from '../dicom/decode.ts';
import { inflatePrefix } from '../dicom/inflate.ts';
import { type PixelSource, pixelSource } from '../dicom/pixelSource.ts';
import { EXPLICIT_BIG, transferSyntaxOf } from '../dicom/transferSyntax.ts';
import { refuseTooLarge } from '../memory.ts';
import type { ByteSource } from '../source.ts';
import { scanOf } from './belongs.ts';
import { type Packed, packLayers, RunBuilder } from './runs.ts';
import { DEFLATED_FRAMES, readSegHeader, type SegFile, type SegItem } from './segHeader.ts';
import type { LabelGrid, LabelValues, ReadSegment, ScanGrid, SegmentSet } from './segmentSet.ts';
import { planesOf } from './segPlanes.ts';
import { tissueOf } from './tissueOf.ts';

/** Four times the largest scan that a page opens. */
const LARGEST_GRID = 2 ** 30;
/** Code 125040 of DICOM: what no segment holds. */
const BACKGROUND = '125040';

/**
 * A DICOM segmentation on its own grid. BINARY and FRACTIONAL: a frame for each segment and plane, in any order, planes may be left
 * out; segments may overlap. LABELMAP: a frame for each plane, its values are the segments' numbers.
 * @param scans whose step between slices is tried where the file does not say its own
 * @throws VesaliusError naming keyword and file
 */
export async function* readSeg(source: ByteSource, scans: readonly ScanGrid[]): AsyncSteps<SegmentSet> {
  try {
    const file = await readSegHeader(source);
    const scan = scanOf(file.belongsTo, scans);
    const scanStep = scan ? [spacingOf(scan.rasFromIjk)[2]] : [];
    const { nk, plane, rasFromIjk } = planesOf(file.frames, [...file.stepsMm, ...scanStep]);
    const dims: Dims = [file.columns, file.rows, nk];
    const voxels = file.columns * file.rows * nk;
    refuseTooLarge(voxels, 'Rows, Columns, NumberOfFrames', dims);
    // Two frames far apart would make a grid of any size.
    if (voxels > LARGEST_GRID)
      throw refuse('ImagePositionPatient', `a grid of at most ${LARGEST_GRID} voxels`, dims.join(' × '), 'too-large');
    const warnings: Warning[] = [...file.warnings];
    const read =
      file.kind === 'LABELMAP'
        ? labelFrames(source, file, dims, plane)
        : segmentFrames(source, file, dims, plane, warnings);
    const { layers, segments } = yield* read;
    const grid: LabelGrid = { dims, rasFromIjk };
    return { format: 'dicom-seg', grid, segments, layers, belongsTo: file.belongsTo, warnings };
  } catch (thrown) {
    throw thrown instanceof VesaliusError ? thrown.in(source.name) : thrown;
  }
}

interface Read {
  readonly layers: readonly LabelValues[];
  readonly segments: readonly ReadSegment[];
}

async function* segmentFrames(
  source: ByteSource,
  file: SegFile,
  dims: Dims,
  plane: readonly number[],
  warnings: Warning[],
): AsyncSteps<Read> {
  const { rows, columns, frameSegments, segments } = file;
  // In each segment the planes rise, so that its runs do.
  const order = plane.map((_, frame) => frame).toSorted((a, b) => (plane[a] as number) - (plane[b] as number));
  const builders = new Map(segments.map(({ number }) => [number, new RunBuilder()]));
  const seen = new Set<string>();
  const frames = frameReader(source, file);
  try {
    for (const [done, frame] of order.entries()) {
      const number = frameSegments[frame] as number;
      const k = plane[frame] as number;
      const key = `${number} ${k}`;
      if (seen.has(key))
        throw refuse(
          'PerFrameFunctionalGroupsSequence',
          'one frame for each segment and plane',
          `segment ${number} twice in plane ${k + 1}`,
        );
      seen.add(key);
      const builder = builders.get(number) as RunBuilder;
      const { bytes, bits, from } = await frames.read(frame);
      if (bits === 1) runsOfBits(bytes, from, rows, columns, k * rows * columns, builder);
      else
        runsOfValues(
          bytes,
          file.kind === 'FRACTIONAL' ? file.highest / 2 : 1,
          rows,
          columns,
          k * rows * columns,
          builder,
        );
      yield { stage: 'read', done: done + 1, of: order.length };
    }
  } finally {
    frames.close();
  }
  if (file.kind === 'FRACTIONAL')
    warnings.push({
      code: 'labels-fractional',
      where: 'SegmentationType',
      kept: `voxels from ${file.fraction} 0.5 on`,
      text: `The segments are given as ${file.fraction} from 0 to 1; voxels with at least 0.5 belong to them.`,
    });
  const listed = segments.map(({ number }) => ({ value: number, runs: (builders.get(number) as RunBuilder).runs() }));
  const { layers, layerOf }: Packed = yield* packLayers(dims, listed);
  return {
    layers,
    segments: segments.map((item, index) =>
      segmentOf(item, item.number, layerOf[index] as number, (builders.get(item.number) as RunBuilder).voxels),
    ),
  };
}

async function* labelFrames(source: ByteSource, file: SegFile, dims: Dims, plane: readonly number[]): AsyncSteps<Read> {
  const { segments, padding } = file;
  // A background is no segment; a true segment of number 0 takes a number that is free, since 0 is none.
  const listed = segments.filter(
    ({ number, code }) => !(code?.value === BACKGROUND && code.scheme === 'DCM') && number !== padding,
  );
  const free = Math.max(...segments.map(({ number }) => number)) + 1;
  const numberOf = new Map(listed.map(({ number }) => [number, number === 0 ? free : number]));
  const background = new Set(
    [0, ...(padding === null ? [] : [padding]), ...segments.map(({ number }) => number)].filter(
      (number) => !numberOf.has(number),
    ),
  );
  const perFrame = dims[0] * dims[1];
  const values: LabelValues =
    Math.max(0, ...numberOf.values()) < 256 ? new Uint8Array(perFrame * dims[2]) : new Uint16Array(perFrame * dims[2]);
  const counts = new Map<number, number>();
  const seen = new Set<number>();
  const frames = frameReader(source, file);
  try {
    for (let frame = 0; frame < plane.length; frame++) {
      const k = plane[frame] as number;
      if (seen.has(k))
        throw refuse('PerFrameFunctionalGroupsSequence', 'one frame for each plane', `two for plane ${k + 1}`);
      seen.add(k);
      const { bytes, bits, bigEndian } = await frames.read(frame);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let [last, to] = [-1, 0];
      let run = 0;
      const count = () => counts.set(last, (counts.get(last) ?? 0) + run);
      for (let n = 0; n < perFrame; n++) {
        const stored = bits === 16 ? view.getUint16(2 * n, !bigEndian) : (bytes[n] as number);
        if (stored !== last) {
          if (to !== 0) count();
          run = 0;
          const known = numberOf.get(stored);
          if (known === undefined && !background.has(stored))
            throw refuse('PixelData', 'numbers of SegmentSequence', `${stored} in frame ${frame + 1}`);
          [last, to] = [stored, known ?? 0];
        }
        run++;
        if (to !== 0) values[k * perFrame + n] = to;
      }
      if (to !== 0) count();
      yield { stage: 'read', done: frame + 1, of: plane.length };
    }
  } finally {
    frames.close();
  }
  return {
    layers: [values],
    segments: listed.map((item) =>
      segmentOf(item, numberOf.get(item.number) as number, 0, counts.get(item.number) ?? 0),
    ),
  };
}

function segmentOf(
  { name, color, code, category, madeBy }: SegItem,
  value: number,
  layer: number,
  voxels: number,
): ReadSegment {
  return { value, layer, name, color, code, ...tissueOf(name, code, category), madeBy, voxels };
}

/** Bits of a frame that may begin within a byte, the lowest bit first (PS3.5, 8.1.1), as runs. */
function runsOfBits(
  bytes: Uint8Array,
  from: number,
  rows: number,
  columns: number,
  first: number,
  into: RunBuilder,
): void {
  for (let row = 0; row < rows; row++) {
    const start = from + row * columns;
    const end = start + columns;
    const voxel = first + row * columns - start;
    for (let bit = start; bit < end; ) {
      const byte = bytes[bit >> 3] as number;
      if (byte === 0) {
        bit = (bit | 7) + 1;
        continue;
      }
      if (((byte >> (bit & 7)) & 1) === 0) {
        bit++;
        continue;
      }
      const begin = bit;
      while (bit < end) {
        const next = bytes[bit >> 3] as number;
        if (next === 255 && (bit & 7) === 0 && bit + 8 <= end) bit += 8;
        else if (((next >> (bit & 7)) & 1) === 1) bit++;
        else break;
      }
      into.push(voxel + begin, bit - begin);
    }
  }
}

function runsOfValues(
  bytes: Uint8Array,
  least: number,
  rows: number,
  columns: number,
  first: number,
  into: RunBuilder,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const end = start + columns;
    for (let n = start; n < end; n++) {
      if ((bytes[n] as number) < least) continue;
      const begin = n;
      while (n < end && (bytes[n] as number) >= least) n++;
      into.push(first + begin, n - begin);
    }
  }
}

interface FrameBytes {
  readonly bytes: Uint8Array;
  readonly bits: 1 | 8 | 16;
  /** First bit of the frame: frames of bits follow each other without a gap. */
  readonly from: number;
  readonly bigEndian: boolean;
}

function frameReader(source: ByteSource, file: SegFile): { read(frame: number): Promise<FrameBytes>; close(): void } {
  const { rows, columns, bitsAllocated, syntaxUid } = file;
  const perFrame = rows * columns;
  const native = transferSyntaxOf(syntaxUid)?.packing.kind === 'native';
  const stored: StoredPixels = {
    syntaxUid,
    rows,
    columns,
    frames: file.frames.length,
    kind: 'whole',
    bitsAllocated,
    bitsStored: file.bitsStored,
    highBit: file.bitsStored - 1,
    signed: false,
    monochrome1: false,
    colour: null,
    unread: [],
    padding: null,
    lossy: false,
    at: file.at,
    length: file.length,
    bytePairs: syntaxUid === EXPLICIT_BIG && bitsAllocated <= 8 && file.words,
  };
  if (bitsAllocated === 1 && native) {
    // All frames at once, read as one row of bytes: a frame may begin within a byte.
    const whole: StoredPixels = {
      ...stored,
      rows: 1,
      columns: Math.ceil((perFrame * stored.frames) / 8),
      frames: 1,
      bitsAllocated: 8,
      bitsStored: 8,
      highBit: 7,
    };
    let all: Promise<Uint8Array> | null = null;
    const load = async () => {
      const bytes = await pixelSource(source, whole).frame(0);
      return (await (await frameDecoder(syntaxUid)).decode(bytes, whole)).bytes;
    };
    return {
      async read(frame) {
        all ??= load();
        return { bytes: await all, bits: 1, from: frame * perFrame, bigEndian: false };
      },
      close: () => undefined,
    };
  }
  const pixels: PixelSource = pixelSource(source, stored);
  let decoder: FrameDecoder | null = null;
  return {
    async read(frame) {
      const bytes = await pixels.frame(frame);
      if (syntaxUid === DEFLATED_FRAMES)
        return {
          bytes: inflated(bytes, Math.ceil((perFrame * bitsAllocated) / 8)),
          bits: bitsAllocated as 1 | 8 | 16,
          from: 0,
          bigEndian: false,
        };
      if (bitsAllocated === 1) throw refuse('BitsAllocated', '8 where frames are compressed', 1);
      decoder ??= await frameDecoder(syntaxUid);
      const decoded = await decoder.decode(bytes, stored);
      if (decoded.bytesPerSample * 8 !== bitsAllocated)
        throw refuse('PixelData', `${bitsAllocated} bits per pixel, as BitsAllocated`, decoded.bytesPerSample * 8);
      return { bytes: decoded.bytes, bits: bitsAllocated as 8 | 16, from: 0, bigEndian: decoded.bigEndian };
    },
    close: () => decoder?.close(),
  };
}

function inflated(bytes: Uint8Array<ArrayBuffer>, needed: number): Uint8Array {
  let found: Uint8Array;
  try {
    found = inflatePrefix(bytes, needed).bytes;
  } catch (thrown) {
    throw refuse(
      'PixelData',
      'frames deflated by themselves',
      thrown instanceof Error ? thrown.message : String(thrown),
    );
  }
  if (found.length < needed) throw refuse('PixelData', `${needed} bytes in each frame`, found.length, 'truncated');
  return found;
}

function refuse(
  where: string,
  expected: string,
  got: string | number,
  code: 'format' | 'truncated' | 'too-large' = 'format',
): VesaliusError {
  return new VesaliusError({ code, what: 'DICOM segmentation', where, expected, got });
}
