import type { Warning } from '#core/warnings.ts';
import type { VoxelSink } from './narrow.ts';
import { valueRange } from './valueRange.ts';

/** Colours as files hold them: red, green, blue of each voxel together, and with them its opacity. */
export type ColourType = 'rgb24' | 'rgba32';

export function isColour(stored: string): stored is ColourType {
  return stored === 'rgb24' || stored === 'rgba32';
}

/**
 * What a case has to know of a colour picture.
 * @param where the field that says so
 */
export function colourWarning(where: string, stored: ColourType): Warning {
  const opacity = stored === 'rgba32' ? ' Opacity is not kept.' : '';
  return {
    code: 'colour',
    where,
    kept: 'colour and luminance',
    text: `The voxels are colours. Slices show them; thresholds, surfaces and values work on their luminance, 0 to 255.${opacity}`,
  };
}

/** Of 1000: ITU-R BT.601-7, 2.5.1, rounded to the nearest. */
export function luminance(red: number, green: number, blue: number): number {
  return Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000);
}

/**
 * Takes colours in order: their luminance into `target`, the colours as they are into `rgb`.
 * @param rgb 3 bytes per voxel
 * @param firstCount voxels of the first timepoint
 */
export function colourSink(
  stored: ColourType,
  target: Uint8Array<ArrayBufferLike>,
  rgb: Uint8Array<ArrayBufferLike>,
  firstCount: number,
): VoxelSink {
  const size = stored === 'rgb24' ? 3 : 4;
  const first = valueRange(target);
  const voxel = new Uint8Array(size);
  let filled = 0;
  let done = 0;
  const put = (red: number, green: number, blue: number) => {
    rgb[3 * done] = red;
    rgb[3 * done + 1] = green;
    rgb[3 * done + 2] = blue;
    target[done] = luminance(red, green, blue);
    done++;
  };
  return {
    firstRange: first.now,
    range: [Infinity, -Infinity],
    misfit: false,
    rounded: false,
    get done() {
      return done;
    },
    push(chunk) {
      const from = done;
      let at = 0;
      // A voxel may be cut by the border of two chunks.
      while (filled > 0 && at < chunk.length) {
        voxel[filled++] = chunk[at++] as number;
        if (filled < size) continue;
        put(voxel[0] as number, voxel[1] as number, voxel[2] as number);
        filled = 0;
      }
      for (; at + size <= chunk.length; at += size)
        put(chunk[at] as number, chunk[at + 1] as number, chunk[at + 2] as number);
      while (at < chunk.length) voxel[filled++] = chunk[at++] as number;
      first.add(Math.min(from, firstCount), Math.min(done, firstCount));
    },
  };
}
