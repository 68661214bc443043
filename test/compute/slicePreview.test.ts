import { describe, expect, it } from 'vitest';
import { openScan } from '#compute/jobs/openScan.ts';
import { type SlicePreview, slicePreview } from '#compute/jobs/slicePreview.ts';
import type { Volume } from '#core/volume/volume.ts';
import { ctSlice, dicomFile } from '../io/dicom/dicomFile.ts';
import { read } from '../io/memorySource.ts';
import { memorySource } from '../io/memorySource.ts';
import { niftiFile } from '../io/nifti/niftiFile.ts';

const volumeOf = async (fields: object): Promise<Volume> =>
  (await read([memorySource('a.nii', niftiFile(fields))])).volume;

describe('slicePreview', () => {
  it('shows a slice in true proportions, from its smallest to its largest value', async () => {
    // 2 × 3 voxels of 1 × 2 mm.
    const volume = await volumeOf({ srow: [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0] });
    const { width, height, rgba } = slicePreview(volume, 0);
    expect([width, height]).toEqual([53, 160]);
    expect([...rgba.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
    // Voxel (1, 2, 0) is the sixth of 24.
    expect(rgba[4 * (width * height - 1)]).toBe(Math.round((255 * 5) / 23));
  });

  it('shows CT in the window of soft tissue', async () => {
    const volume = await volumeOf({
      values: Array.from({ length: 24 }, (_, n) => [-1000, -160, 40, 240][n % 4] as number),
    });
    const { rgba, width } = slicePreview(volume, 0);
    expect([rgba[0], rgba[4 * (width - 1)]]).toEqual([0, 0]);
    expect(rgba[4 * (rgba.length / 4 - width)]).toBe(0);
    expect(volume.header.modality).toBe('CT');
    expect([...new Set(rgba.filter((_, n) => n % 4 === 0))].sort((a, b) => a - b)).toEqual([0, 128, 255]);
  });
});

describe('a scan that is being opened', () => {
  it('shows its first slice when that is decoded, then newer ones', async () => {
    const refs = Array.from({ length: 48 }, (_, n) => {
      const file = new File([dicomFile(ctSlice({ position: [0, 0, n], instance: n + 1 }))], `${n}.dcm`);
      return { kind: 'file' as const, file, path: file.name };
    });
    const seen: number[] = [];
    for await (const { partial, done } of openScan(refs, { shared: true }))
      if ((partial as SlicePreview | undefined)?.kind === 'slice') seen.push(done);
    expect(seen[0]).toBe(1);
    expect(seen.length).toBe(24);
  });
});
