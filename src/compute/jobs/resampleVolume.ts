import { transferring } from '#compute/protocol.ts';
import { canShare, isShared } from '#compute/sharing.ts';
import { spacingOf } from '#core/space/affine.ts';
import type { SpatialTransform } from '#core/space/registration.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { allocateScalars, type Dims, type ScalarArray, type Volume, voxelCount } from '#core/volume/volume.ts';
import { BLOCK, type Channel, type Grid, type Interpolation, makeResampler } from './resampleBox.ts';

export interface Resampled {
  /** On the target grid; type, rescale, unit and name are the source's. */
  readonly volume: Volume;
  /** Voxels of one timepoint that lie outside the source and hold `outside`. */
  readonly missed: number;
  /** The stored value that stands where the source has nothing. */
  readonly outside: number;
}

/**
 * `volume` on the grid of the scan that it was registered to: every voxel of `target` takes what `volume` has where `registered` lays
 * it. All timepoints, and the colours of a colour picture. Whole-number types are rounded to the nearest, halves up. Through the
 * identity and through shifts by whole voxels values stay as they are. 'nearest' is for labels: it makes no value that was not there.
 * A target much coarser than the source takes samples, not means.
 * @param outside stored value where the source has nothing; the smallest stored one unless told
 * @throws VesaliusError 'geometry' for a matrix without volume
 */
export async function* resampleVolume(
  volume: Volume,
  target: Grid,
  registered: SpatialTransform,
  interpolation: Interpolation,
  outside: number = volume.header.storedRange[0],
): AsyncSteps<Resampled> {
  const { header, scalars, rgb } = volume;
  const resampler = await makeResampler(header, target, registered, interpolation);
  const count = voxelCount(target.dims);
  const result = allocateScalars(header.scalarType, count * header.timepoints, canShare());
  const colours = rgb
    ? new Uint8Array(canShare() ? new SharedArrayBuffer(3 * count) : new ArrayBuffer(3 * count))
    : null;
  const whole = header.scalarType !== 'f32';
  const passes: {
    channel: Channel;
    into: ScalarArray;
    stride: number;
    offset: number;
    outside: number;
    whole: boolean;
  }[] = [];
  const sourceCount = voxelCount(header.dims);
  for (let t = 0; t < header.timepoints; t++) {
    const channel = { values: scalars, stride: 1, offset: t * sourceCount };
    passes.push({ channel, into: result, stride: 1, offset: t * count, outside, whole });
  }
  if (rgb && colours)
    for (let c = 0; c < 3; c++)
      passes.push({
        channel: { values: rgb, stride: 3, offset: c },
        into: colours,
        stride: 3,
        offset: c,
        outside: 0,
        whole: true,
      });

  const blocks = blocksOf(target.dims);
  let done = 0;
  let missed = 0;
  for (const [n, pass] of passes.entries())
    for (const { from, dims } of blocks) {
      const part = resampler.block(pass.channel, from, dims, pass.outside);
      if (n === 0) missed += part.missed;
      copyBlock(part.values, from, dims, target.dims, pass);
      yield { stage: 'resample', done: ++done, of: passes.length * blocks.length };
    }
  // Planes of the moving scan's own grid; that some of it was made up, its warnings still say.
  const { interpolatedSlices: _, ...kept } = header;
  const resampled: Volume = {
    header: {
      ...kept,
      dims: target.dims,
      rasFromIjk: target.rasFromIjk,
      spacing: spacingOf(target.rasFromIjk),
      storedRange: rangeOf(result, count),
    },
    scalars: result,
    ...(colours ? { rgb: colours } : {}),
  };
  const owned = [result.buffer, ...(colours ? [colours.buffer] : [])].filter((buffer) => !isShared(buffer));
  return transferring({ volume: resampled, missed, outside }, owned);
}

/** The target in blocks of at most 64³; one takes some 10 ms. */
export function blocksOf([ni, nj, nk]: Dims): { readonly from: Dims; readonly dims: Dims }[] {
  const blocks: { from: Dims; dims: Dims }[] = [];
  for (let k = 0; k < nk; k += BLOCK)
    for (let j = 0; j < nj; j += BLOCK)
      for (let i = 0; i < ni; i += BLOCK)
        blocks.push({
          from: [i, j, k],
          dims: [Math.min(BLOCK, ni - i), Math.min(BLOCK, nj - j), Math.min(BLOCK, nk - k)],
        });
  return blocks;
}

function copyBlock(
  values: Float32Array,
  [i0, j0, k0]: Dims,
  [bi, bj, bk]: Dims,
  [ni, nj]: Dims,
  { into, stride, offset, whole }: { into: ScalarArray; stride: number; offset: number; whole: boolean },
): void {
  let n = 0;
  for (let k = 0; k < bk; k++)
    for (let j = 0; j < bj; j++) {
      let to = offset + stride * (i0 + ni * (j0 + j + nj * (k0 + k)));
      for (let i = 0; i < bi; i++, n++, to += stride)
        into[to] = whole ? Math.floor((values[n] as number) + 0.5) : (values[n] as number);
    }
}

function rangeOf(values: ScalarArray, count: number): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = 0; n < count; n++) {
    const value = values[n] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
