import type { Volume } from '#core/volume/volume.ts';

/** A slice in grey or colour, small: what is seen of a scan while the rest of it is still being read. */
export interface SlicePreview {
  readonly kind: 'slice';
  readonly width: number;
  readonly height: number;
  /** 4 bytes of each pixel, opaque. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

const LONGEST_SIDE = 160;

/**
 * Slice `k` of the first timepoint by the nearest voxel, in true proportions. CT in the window of soft tissue, else what has been read so far from
 * end to end. Rows as they lie in the file: it is no view of the patient, and has no letters.
 */
export function slicePreview({ header, scalars, rgb }: Volume, k: number): SlicePreview {
  const { dims, spacing, slope, intercept, storedRange, modality } = header;
  const [wide, high] = [dims[0] * spacing[0], dims[1] * spacing[1]];
  const perMm = LONGEST_SIDE / Math.max(wide, high);
  const width = Math.max(1, Math.round(wide * perMm));
  const height = Math.max(1, Math.round(high * perMm));
  const ends = storedRange.map((stored) => slope * stored + intercept);
  const low = modality === 'CT' ? -160 : Math.min(...ends);
  const span = modality === 'CT' ? 400 : Math.max(...ends) - low || 1;
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const row = dims[0] * (Math.floor(((y + 0.5) * dims[1]) / height) + dims[1] * k);
    for (let x = 0; x < width; x++, to += 4) {
      const at = row + Math.floor(((x + 0.5) * dims[0]) / width);
      const grey = (255 * (slope * (scalars[at] as number) + intercept - low)) / span;
      for (let c = 0; c < 3; c++) rgba[to + c] = rgb ? (rgb[3 * at + c] as number) : grey;
      rgba[to + 3] = 255;
    }
  }
  return { kind: 'slice', width, height, rgba };
}
