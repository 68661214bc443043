// Coarser reading: a scan that does not fit, or need not be fine, as means over blocks of voxels, made while it streams.
import { type Affine, affine, multiply, spacingOf } from '#core/space/affine.ts';
import { type Coarser, coarserName, resolutionOf } from '#core/volume/coarser.ts';
import type { Dims, ScalarArray, VolumeHeader } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';

type Facts = Omit<VolumeHeader, 'storedRange'>;

/** Voxels of a block along each axis: never more than there are, so that a block's centre lies within the scan. */
export function blockOf(dims: Dims, factor: 1 | Coarser): Dims {
  const [ni, nj, nk] = dims;
  return [Math.min(ni, factor), Math.min(nj, factor), Math.min(nk, factor)];
}

/** The last block of an axis may be cut by the grid; it counts as one. */
export function coarseDims(dims: Dims, factor: 1 | Coarser): Dims {
  const block = blockOf(dims, factor);
  return [0, 1, 2].map((axis) => Math.ceil((dims[axis] as number) / (block[axis] as number))) as unknown as Dims;
}

/**
 * The facts of the coarser volume: a voxel's centre is the mean of the centres that it stands for, exactly. It says so in its name
 * and in a warning.
 * @param where the field of the size
 */
export function coarserFacts<Of extends Facts>(facts: Of, factor: Coarser, where: string): Of {
  const { dims, spacing } = facts;
  const rasFromIjk = coarseAffine(facts.rasFromIjk, blockOf(dims, factor));
  const made = coarseDims(dims, factor);
  return {
    ...facts,
    name: coarserName(facts.name, factor),
    dims: made,
    rasFromIjk,
    spacing: spacingOf(rasFromIjk),
    warnings: [...facts.warnings, coarserWarning(dims, made, spacing, factor, where)],
    ...(facts.interpolatedSlices && { interpolatedSlices: madeUpBlocks(facts.interpolatedSlices, dims, factor) }),
  };
}

function coarseAffine(rasFromIjk: Affine<'ras', 'ijk'>, [i, j, k]: Dims): Affine<'ras', 'ijk'> {
  const fineFromCoarse = [i, 0, 0, 0, 0, j, 0, 0, 0, 0, k, 0, (i - 1) / 2, (j - 1) / 2, (k - 1) / 2, 1];
  return multiply(rasFromIjk, affine('ijk', 'ijk', fineFromCoarse));
}

function coarserWarning(dims: Dims, made: Dims, spacing: Facts['spacing'], factor: Coarser, where: string): Warning {
  const block = blockOf(dims, factor).join(' × ');
  const mm = spacing.map((each) => Number(each.toPrecision(6))).join(' × ');
  return {
    code: 'read-coarser',
    where,
    kept: `means of ${block} voxels`,
    text:
      `Read at ${resolutionOf(factor)}, as was asked for: of ${dims.join(' × ')} voxels of ${mm} mm in the file, each of the ` +
      `${made.join(' × ')} here is the mean of ${block}. What is small or thin is blurred, or gone.`,
  };
}

/** A block counts as made up where all of its planes are. */
function madeUpBlocks(planes: readonly number[], dims: Dims, factor: Coarser): number[] {
  const block = blockOf(dims, factor)[2];
  const there = new Set(planes);
  return Array.from({ length: coarseDims(dims, factor)[2] }, (_, k) => k).filter((k) => {
    for (let plane = k * block; plane < Math.min(dims[2], (k + 1) * block); plane++)
      if (!there.has(plane)) return false;
    return true;
  });
}

/** Takes a fine volume plane by plane and writes the means of its blocks, timepoint after timepoint. */
export interface BlockMeans {
  /**
   * The next plane. NaN and `skip` (what stands where nothing was measured) are left out of the means; a block of nothing else
   * becomes that.
   * @returns whether it ended a plane of blocks
   */
  add(plane: ScalarArray, skip: number | null): boolean;
  /** Planes of blocks that are written. */
  readonly planes: number;
}

/**
 * Whole numbers are rounded to the nearest; blocks that the grid cuts are means over what is there.
 * @param dims of the fine volume; @param into filled from its start; @param channels samples of each voxel, side by side
 */
export function blockMeans(dims: Dims, factor: Coarser, into: ScalarArray, channels = 1): BlockMeans {
  const [ni, nj, nk] = dims;
  const [bi, bj, bk] = blockOf(dims, factor);
  const [ci, cj] = coarseDims(dims, factor);
  const row = ci * channels;
  const sums = new Float64Array(row * cj);
  const counts = new Uint8Array(row * cj);
  const rounds = !(into instanceof Float32Array);
  let k = 0;
  let planes = 0;
  let nothing = Number.NaN;
  return {
    get planes() {
      return planes;
    },
    add(plane, skip) {
      if (skip !== null) nothing = skip;
      for (let j = 0; j < nj; j++) {
        const to = Math.floor(j / bj) * row;
        for (let c = 0; c < channels; c++)
          for (let block = 0, i = 0; i < ni; block++) {
            const end = Math.min(ni, i + bi);
            let sum = 0;
            let count = 0;
            for (; i < end; i++) {
              const value = plane[(j * ni + i) * channels + c] as number;
              if (value === skip || Number.isNaN(value)) continue;
              sum += value;
              count++;
            }
            const at = to + block * channels + c;
            sums[at] = (sums[at] as number) + sum;
            counts[at] = (counts[at] as number) + count;
          }
      }
      k++;
      if (k % bk !== 0 && k < nk) return false;
      if (k === nk) k = 0;
      const start = planes * sums.length;
      for (let n = 0; n < sums.length; n++) {
        const mean = counts[n] === 0 ? nothing : (sums[n] as number) / (counts[n] as number);
        into[start + n] = rounds ? Math.round(mean) : mean;
      }
      sums.fill(0);
      counts.fill(0);
      planes++;
      return true;
    },
  };
}
