import { VesaliusError } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import { allocateScalars, type Dims, type ScalarArray, type ScalarType, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { ByteReader } from './byteReader.ts';
import { coarseSink } from './coarseSink.ts';
import { coarseDims } from './coarser.ts';
import { colourSink, isColour } from './colour.ts';
import type { GzipEnd } from './gzip/gunzip.ts';
import { refuseVolume, tooLargeVolume, type VolumeSize } from './memory.ts';
import {
  firstScalarType,
  fittingType,
  type NumberType,
  type StoredType,
  storedBytes,
  type VoxelSink,
  voxelSink,
} from './narrow.ts';

/** Where the voxels of one file lie and what they are, in the file's own words where an error may need them. */
export interface VoxelPlan {
  readonly stored: StoredType;
  readonly bigEndian: boolean;
  readonly dims: Dims;
  readonly timepoints: number;
  /** Field names: of the voxel type, of the size, of the data. */
  readonly fields: { readonly type: string; readonly size: string; readonly data: string };
  /** Stands on the first voxel; a second one is asked for where the first scalar type did not fit. */
  open(): Promise<ByteReader<GzipEnd | undefined>>;
  /** Bytes from the first voxel to the end of the file, where that is known (no compression). */
  readonly available: number | null;
  /** Bytes of the compressed file, where known: deflate cannot make more than 1032 times that. */
  readonly packed: number | null;
  /** What the format itself has behind the voxels is no matter for a warning; so many of its first bytes are wanted. */
  readonly footer?: number;
}

export interface ReadVoxels {
  readonly scalars: ScalarArray;
  /** Where the voxels are colours; the scalars are their luminance then. */
  readonly rgb?: Uint8Array<ArrayBufferLike>;
  /** Where the plan has a footer: its first bytes, fewer where the file ends before. */
  readonly footer: Uint8Array<ArrayBuffer>;
  readonly scalarType: ScalarType;
  readonly storedRange: readonly [number, number];
  /** Before means were taken; the same where none were. */
  readonly fileRange: readonly [number, number];
  readonly warnings: readonly Warning[];
}

export interface ReadVoxelsOptions {
  /** In a SharedArrayBuffer. */
  readonly shared: boolean;
  /** Means over blocks of so many voxels along each axis. */
  readonly coarser?: Coarser | undefined;
}

/** Voxels in place, in the buffer's order, while others are still to come. */
export interface VoxelsSoFar {
  readonly scalars: ScalarArray;
  readonly rgb?: Uint8Array<ArrayBufferLike>;
  readonly type: ScalarType;
  readonly done: number;
  range(): readonly [number, number];
  fileRange(): readonly [number, number];
}

/** After what the header declares, this much is inflated to reach a gzip trailer. */
const TO_TRAILER = 65536;
/** Bytes handed over between two steps; well under 10 ms of work. */
const RUN = 1 << 19;
const DEFLATE_LIMIT = 1032;

/**
 * Streams the voxels into their final buffer, whole or as means over blocks.
 * @param onVoxels called as voxels are in place
 * @throws VesaliusError 'too-large' before anything is allocated, 'truncated', 'checksum', 'format', 'unsupported' (whole numbers that no scalar type holds)
 */
export async function* readVoxels(
  plan: VoxelPlan,
  { shared, coarser }: ReadVoxelsOptions,
  onVoxels?: (voxels: VoxelsSoFar) => void,
): AsyncSteps<ReadVoxels> {
  const total = voxelCount(plan.dims) * plan.timepoints * storedBytes[plan.stored];
  const most = plan.available ?? (plan.packed === null ? Infinity : plan.packed * DEFLATE_LIMIT);
  const first = voxelCount(coarseDims(plan.dims, coarser ?? 1));
  const count = first * plan.timepoints;
  refuseVolume(sizeOf(plan, mostlyType(plan.stored)), plan.fields.size, coarser ?? 1);
  if (most < total) throw tooShort(plan, total, plan.available ?? `at most ${most}`);
  let type = firstScalarType(plan.stored);
  for (let pass = 0; ; pass++) {
    const size = sizeOf(plan, type);
    const scalars = allocate(size, type, count, shared, plan, coarser);
    const colours = isColour(plan.stored)
      ? { rgb: allocate(size, 'u8', 3 * count, shared, plan, coarser) as Uint8Array }
      : {};
    const { sink, fileRange } = sinkOf(plan, coarser, type, scalars, colours.rgb ?? null, first);
    const range = () => finite(sink.firstRange());
    const { warnings, footer } = yield* fill(plan, sink, total, (done) => {
      if (!sink.misfit) onVoxels?.({ scalars, ...colours, type, done, range, fileRange });
    });
    if (!sink.misfit) {
      if (sink.rounded) {
        warnings.push({
          code: 'float64-rounded',
          where: plan.fields.type,
          kept: 'float32',
          text: 'Values are stored with 64 bits and were rounded to float32, 7 digits.',
        });
      }
      return { scalars, ...colours, scalarType: type, storedRange: range(), fileRange: fileRange(), warnings, footer };
    }
    const wider = plan.stored === 'f64' || pass > 0 ? null : fittingType(sink.range);
    if (!wider) {
      const expected = plan.stored === 'f64' ? 'values within float32' : 'whole numbers of 16 bits, or of 25 with sign';
      const got = `${sink.range[0]} to ${sink.range[1]}`;
      throw new VesaliusError({ code: 'unsupported', what: 'voxels', where: plan.fields.type, expected, got });
    }
    type = wider;
  }
}

function finite([min, max]: readonly [number, number]): readonly [number, number] {
  return min <= max ? [min, max] : [0, 0];
}

function sinkOf(
  { stored, bigEndian, dims }: VoxelPlan,
  coarser: Coarser | undefined,
  type: ScalarType,
  scalars: ScalarArray,
  rgb: Uint8Array<ArrayBufferLike> | null,
  firstCount: number,
): { readonly sink: VoxelSink; readonly fileRange: () => readonly [number, number] } {
  if (coarser) {
    const sink = coarseSink(stored, bigEndian, dims, coarser, type, scalars, rgb);
    return { sink, fileRange: () => finite(sink.fileRange()) };
  }
  const sink =
    rgb && isColour(stored)
      ? colourSink(stored, scalars as Uint8Array, rgb, firstCount)
      : voxelSink(stored as NumberType, bigEndian, scalars, type, firstCount);
  return { sink, fileRange: () => finite(sink.firstRange()) };
}

function sizeOf({ dims, timepoints, stored }: VoxelPlan, type: ScalarType): VolumeSize {
  return { dims, timepoints, type, colour: isColour(stored) };
}

/** What the voxels may turn out to need: wide whole numbers become float32 where they do not fit 16 bits. */
function mostlyType(stored: StoredType): ScalarType {
  return storedBytes[stored] >= 4 && !isColour(stored) ? 'f32' : firstScalarType(stored);
}

/** @throws VesaliusError 'too-large' where the engine refuses what was thought to fit */
function allocate(
  size: VolumeSize,
  type: ScalarType,
  count: number,
  shared: boolean,
  plan: VoxelPlan,
  coarser: Coarser | undefined,
): ScalarArray {
  try {
    return allocateScalars(type, count, shared);
  } catch (thrown) {
    throw tooLargeVolume(size, plan.fields.size, coarser ?? 1, undefined, thrown);
  }
}

async function* fill(
  plan: VoxelPlan,
  sink: VoxelSink,
  total: number,
  onVoxels: (done: number) => void,
): AsyncSteps<End> {
  const reader = await plan.open();
  try {
    let at = 0;
    yield { stage: 'read', done: 0, of: total };
    while (at < total) {
      const run = await reader.some(Math.min(RUN, total - at));
      if (!run) throw tooShort(plan, total, at);
      sink.push(run);
      at += run.length;
      onVoxels(sink.done);
      yield { stage: 'read', done: at, of: total };
    }
    return await readEnd(plan, reader, total);
  } finally {
    await reader.close();
  }
}

interface End {
  readonly warnings: Warning[];
  readonly footer: Uint8Array<ArrayBuffer>;
}

/** What follows the last voxel: a gzip trailer is reached and proved, and anything that is not told by the header is said. */
async function readEnd(plan: VoxelPlan, reader: ByteReader<GzipEnd | undefined>, total: number): Promise<End> {
  const warnings: Warning[] = [];
  const where = plan.fields.data;
  const footer = await reader.take(plan.footer ?? 0);
  if (plan.available !== null) {
    const after = plan.available - total;
    if (after > 0 && plan.footer === undefined) warnings.push(bytesAfter(where, `${after} bytes follow`));
    return { warnings, footer };
  }
  let after = 0;
  while (after <= TO_TRAILER) {
    const run = await reader.some(TO_TRAILER + 1 - after);
    if (!run) break;
    after += run.length;
  }
  if (!reader.end) {
    warnings.push({
      code: 'data-go-on',
      where,
      kept: 'the voxels that the header declares',
      text: `More than ${TO_TRAILER} bytes follow the last voxel; reading stopped there, so the checksum was not reached.`,
    });
    return { warnings, footer };
  }
  if (after > 0 && plan.footer === undefined) warnings.push(bytesAfter(where, `${after} bytes follow`));
  const end = reader.end.value;
  if (end?.trailer === 'missing') {
    warnings.push({
      code: 'gzip-trailer-missing',
      where: 'gzip trailer',
      kept: 'all voxels',
      text: 'The file stops before its gzip checksum, so nothing proves that the voxels are whole.',
    });
  }
  if (end && end.after !== 0) {
    warnings.push({
      code: 'gzip-trailing-bytes',
      where: 'gzip trailer',
      kept: 'the data before',
      text: `${end.after ?? 'Some'} bytes follow the compressed data; they were not read.`,
    });
  }
  return { warnings, footer };
}

function bytesAfter(where: string, what: string): Warning {
  return {
    code: 'bytes-after-voxels',
    where,
    kept: 'the voxels that the header declares',
    text: `${what} the last voxel; they were not read.`,
  };
}

function tooShort(plan: VoxelPlan, total: number, got: number | string): VesaliusError {
  const where = plan.fields.data;
  return new VesaliusError({
    code: 'truncated',
    what: 'voxels',
    where,
    expected: `${total} bytes`,
    got: `${got} bytes`,
  });
}
