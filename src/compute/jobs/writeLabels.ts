import { VesaliusError } from '#core/errors.ts';
import { type LabelmapData, valueAt } from '#core/labelmap/labelmap.ts';
import type { Affine } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { gzippedNifti } from '#io/nifti/write.ts';

/** Segments of one layer and the numbers that they get in the file. */
export interface LabelsOfLayer {
  readonly labels: LabelmapData;
  readonly values: readonly { readonly from: number; readonly to: number }[];
}

export interface LabelsFile {
  readonly parts: readonly Uint8Array<ArrayBufferLike>[];
  /** Voxels that belong to several of the segments: a NIfTI holds one number for each, the later segment's. */
  readonly overlapping: number;
}

/** Segments of layers on one grid as a gzipped NIfTI labelmap. */
export async function* writeLabels(
  layers: readonly LabelsOfLayer[],
  rasFromIjk: Affine<'ras', 'ijk'>,
  description: string,
): AsyncSteps<LabelsFile> {
  const dims = layers[0]?.labels.dims;
  if (!dims)
    throw new VesaliusError({
      code: 'empty-segment',
      what: 'export',
      where: 'segments',
      expected: 'at least one',
      got: 0,
    });
  const [ni, nj, nk] = dims;
  const highest = Math.max(...layers.flatMap(({ values }) => values.map(({ to }) => to)));
  const dense = highest < 256 ? new Uint8Array(ni * nj * nk) : new Uint16Array(ni * nj * nk);
  let overlapping = 0;
  for (const { labels, values } of layers) {
    const to = new Uint16Array(65536);
    for (const value of values) to[value.from] = value.to;
    for (let k = 0; k < nk; k++) {
      for (let j = 0; j < nj; j++)
        for (let i = 0; i < ni; i++) {
          const value = to[valueAt(labels, i, j, k)] as number;
          if (value === 0) continue;
          const n = i + ni * (j + nj * k);
          if (dense[n] !== 0) overlapping++;
          dense[n] = value;
        }
      if (k % 8 === 7) yield { stage: 'write', done: k, of: nk };
    }
  }
  const parts: Uint8Array<ArrayBufferLike>[] = [];
  for await (const bytes of gzippedNifti({ dims, rasFromIjk, scalars: dense, description })) parts.push(bytes);
  return { parts, overlapping };
}
