import { type MemoryShortage, VesaliusError } from '#core/errors.ts';
import { type Coarser, coarsers } from '#core/volume/coarser.ts';
import { bytesPerVoxel, type Dims, type ScalarType, voxelCount } from '#core/volume/volume.ts';
import { coarseDims } from './coarser.ts';
import { nodeBuiltin } from './nodeBuiltin.ts';

/** What the place where a scan is read can hold. */
export interface MemoryLimits {
  readonly bytes: number;
  /** In words, after "in". */
  readonly place: string;
  /** The largest array buffer that the engine makes. */
  readonly bufferBytes: number;
  /** What the work on a voxel takes besides it: the page segments what it opens. */
  readonly besidesPerVoxel: number;
  /** The program itself. */
  readonly programBytes: number;
}

/** A volume as it will lie in memory. */
export interface VolumeSize {
  readonly dims: Dims;
  readonly timepoints: number;
  readonly type: ScalarType;
  /** Three more bytes for each voxel. */
  readonly colour: boolean;
}

/**
 * Refuses what does not fit, from headers alone, before anything is allocated: beyond it a tab is closed by its browser, or a
 * process by its system, without a word.
 * @param factor 1, or of the coarser reading
 * @throws VesaliusError 'too-large', with the smallest factor that fits
 */
export function refuseVolume(
  size: VolumeSize,
  where: string,
  factor: 1 | Coarser,
  limits: MemoryLimits = memoryLimits(),
): void {
  if (!fits(size, factor, limits)) throw tooLargeVolume(size, where, factor, limits);
}

/** @param failed what the engine said where it was tried all the same */
export function tooLargeVolume(
  size: VolumeSize,
  where: string,
  factor: 1 | Coarser,
  limits: MemoryLimits = memoryLimits(),
  failed?: unknown,
): VesaliusError {
  const need = neededBytes(size, factor, limits);
  // Where the engine refused what should have fitted, less than that is what there is.
  const known = failed === undefined ? limits : { ...limits, bytes: Math.min(limits.bytes, need - 1) };
  const coarser = coarsers.find((next) => next > factor && fits(size, next, known)) ?? null;
  const memory: MemoryShortage = { needBytes: need, limitBytes: Math.min(known.bytes, limits.bufferBytes), coarser };
  const { dims, timepoints } = size;
  const voxels = [...coarseDims(dims, factor), ...(timepoints > 1 ? [timepoints] : [])].join(' × ');
  const why = failed === undefined ? '' : `, ${failed instanceof Error ? failed.message : failed}`;
  return new VesaliusError({
    code: 'too-large',
    what: 'volume',
    where,
    expected: `at most ${gigabytes(memory.limitBytes)} in ${limits.place}`,
    got: `${gigabytes(need)} for ${voxels} voxels${why}`,
    memory,
  });
}

/**
 * Refuses by a header what fits at no resolution: a damaged one may ask for terabytes. What would fit coarser is refused where it is read.
 * @throws VesaliusError 'too-large'
 */
export function refuseUnreadable(bytes: number, where: string, dims: readonly number[]): void {
  refuseTooLarge(bytes / coarsest ** 3, where, dims, bytes);
}
const coarsest = Math.max(...coarsers);

/**
 * Refuses arrays that cannot be allocated, before it is tried.
 * @throws VesaliusError 'too-large'
 */
export function refuseTooLarge(bytes: number, where: string, dims: readonly number[], asked = bytes): void {
  const limits = memoryLimits();
  const limit = Math.min(limits.bufferBytes, limits.bytes - limits.programBytes);
  if (bytes <= limit) return;
  throw new VesaliusError({
    code: 'too-large',
    what: 'volume',
    where,
    expected: `at most ${gigabytes(limit)} of voxels in ${limits.place}`,
    got: `${dims.join(' × ')} voxels, ${gigabytes(asked)}`,
    memory: { needBytes: asked, limitBytes: limit, coarser: null },
  });
}

function fits(size: VolumeSize, factor: 1 | Coarser, limits: MemoryLimits): boolean {
  const samples = voxelCount(coarseDims(size.dims, factor)) * size.timepoints;
  const largest = samples * Math.max(bytesPerVoxel[size.type], size.colour ? 3 : 0);
  return largest <= limits.bufferBytes && neededBytes(size, factor, limits) <= limits.bytes;
}

function neededBytes({ dims, timepoints, type, colour }: VolumeSize, factor: 1 | Coarser, limits: MemoryLimits) {
  const samples = voxelCount(coarseDims(dims, factor)) * timepoints;
  const each = bytesPerVoxel[type] + (colour ? 3 : 0);
  // Beside a coarser volume lie one fine slice and the sums of one coarse slice.
  const aside = factor === 1 ? 0 : dims[0] * dims[1] * (each + 9 / factor ** 2);
  return samples * each + (samples / timepoints) * limits.besidesPerVoxel + aside + limits.programBytes;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toPrecision(3)} GB`;
}

/** Where a browser does not say how much the device has (Firefox, Safari, a page without HTTPS). */
const UNTOLD_BYTES = 2 ** 32;
/** A tab gets no more than this share of the device's memory: the rest is the system's, the browser's, the graphics card's. */
const TAB_SHARE = 0.5;
/** The page with its workers and kernels, before a scan. */
const PAGE_BYTES = 2 ** 28;
/** Of each voxel, until body and bone are segmented and drawn: measured of 512×512×300 and ×900 (`npm run bench -- memory`). */
const WORK_BYTES = 8;
/** V8 and SpiderMonkey; JavaScriptCore stops at half of it, with a RangeError that is told the same way. */
const LARGEST_BUFFER = 2 ** 33;

/** In Node what is free on this machine, or in its container; in a browser half of what `navigator.deviceMemory` says. */
export function memoryLimits(): MemoryLimits {
  const os = nodeBuiltin<{ totalmem(): number }>('node:os');
  if (!os) {
    const told = (globalThis as { navigator?: { readonly deviceMemory?: number } }).navigator?.deviceMemory;
    const bytes = told === undefined ? UNTOLD_BYTES : told * 2 ** 30 * TAB_SHARE;
    const rest = { besidesPerVoxel: WORK_BYTES, programBytes: PAGE_BYTES };
    return { bytes, place: 'this tab', bufferBytes: LARGEST_BUFFER, ...rest };
  }
  const { process } = globalThis as {
    process?: { constrainedMemory?: () => number; availableMemory?: () => number };
  };
  // 0 where the system does not tell.
  const told = [process?.constrainedMemory?.() ?? 0, process?.availableMemory?.() ?? 0].filter((bytes) => bytes > 0);
  const bytes = Math.min(os.totalmem(), ...told);
  return { bytes, place: 'this machine', bufferBytes: LARGEST_BUFFER, besidesPerVoxel: 0, programBytes: 0 };
}
