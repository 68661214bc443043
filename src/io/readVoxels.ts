import { VesaliusError } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { allocateScalars, type Dims, type ScalarArray, type ScalarType, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { ByteReader } from './byteReader.ts';
import { colourSink, isColour } from './colour.ts';
import type { GzipEnd } from './gzip/gunzip.ts';
import { refuseTooLarge } from './memory.ts';
import { firstScalarType, fittingType, type StoredType, storedBytes, type VoxelSink, voxelSink } from './narrow.ts';

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
  readonly warnings: readonly Warning[];
}

/** Voxels in place, in the buffer's order, while others are still to come. */
export interface VoxelsSoFar {
  readonly scalars: ScalarArray;
  readonly rgb?: Uint8Array<ArrayBufferLike>;
  readonly type: ScalarType;
  readonly done: number;
  range(): readonly [number, number];
}

/** After what the header declares, this much is inflated to reach a gzip trailer. */
const TO_TRAILER = 65536;
/** Bytes handed over between two steps; well under 10 ms of work. */
const RUN = 1 << 19;
const DEFLATE_LIMIT = 1032;

/**
 * Streams the voxels into their final buffer.
 * @param onVoxels called as voxels are in place
 * @throws VesaliusError 'too-large' before anything is allocated, 'truncated', 'checksum', 'format', 'unsupported' (whole numbers that no scalar type holds)
 */
export async function* readVoxels(
  plan: VoxelPlan,
  shared: boolean,
  onVoxels?: (voxels: VoxelsSoFar) => void,
): AsyncSteps<ReadVoxels> {
  const count = voxelCount(plan.dims) * plan.timepoints;
  const total = count * storedBytes[plan.stored];
  const most = plan.available ?? (plan.packed === null ? Infinity : plan.packed * DEFLATE_LIMIT);
  refuseTooLarge(total, plan.fields.size, [...plan.dims, plan.timepoints]);
  if (most < total) throw tooShort(plan, total, plan.available ?? `at most ${most}`);
  let type = firstScalarType(plan.stored);
  for (let pass = 0; ; pass++) {
    const scalars = allocate(plan, type, count, shared);
    const first = voxelCount(plan.dims);
    const colours = isColour(plan.stored) ? { rgb: allocate(plan, 'u8', 3 * count, shared) as Uint8Array } : {};
    const sink = isColour(plan.stored)
      ? colourSink(plan.stored, scalars as Uint8Array, colours.rgb as Uint8Array, first)
      : voxelSink(plan.stored, plan.bigEndian, scalars, type, first);
    const { warnings, footer } = yield* fill(plan, sink, total, (done) => {
      if (!sink.misfit) onVoxels?.({ scalars, ...colours, type, done, range: () => finite(sink.firstRange()) });
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
      return { scalars, ...colours, scalarType: type, storedRange: finite(sink.firstRange()), warnings, footer };
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

function allocate(plan: VoxelPlan, type: ScalarType, count: number, shared: boolean): ScalarArray {
  try {
    return allocateScalars(type, count, shared);
  } catch (thrown) {
    const got = `${[...plan.dims, plan.timepoints].join(' × ')} voxels (${thrown instanceof Error ? thrown.message : thrown})`;
    const expected = 'a scan that fits in memory';
    throw new VesaliusError({ code: 'too-large', what: 'volume', where: plan.fields.size, expected, got });
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
