import { blendInto, checkerInto, checkerSquares, coverInto, differenceInto } from '#core/volume/overlayInto.ts';
import { hatchMadeUp, type MadeUpLook } from '#core/volume/resliceMadeUp.ts';
import { reslicePlaced } from '#core/volume/reslicePlaced.ts';
import type { SliceGrid } from '#core/volume/slicePlane.ts';
import type { Viewer, WindowRecord } from '#state/viewer.ts';
import { overlaysOf, type SeenOverlay } from './overlays.ts';

/** Squares of the checkerboard, mm. */
const SQUARE_MM = 20;

interface Cut {
  readonly values: Float32Array;
  readonly key: string;
  readonly volume: unknown;
  readonly placed: unknown;
}

/** The further volumes on one slice. A cut is kept as long as plane, voxels and place are the same: another window costs no cut. */
export class OverlayCuts {
  private readonly viewer: Viewer;
  private readonly cuts = new Map<string, Cut>();

  constructor(viewer: Viewer) {
    this.viewer = viewer;
  }

  /** All that the picture depends on beside the plane and the first volume, by identity. */
  seen(): readonly unknown[] {
    const { overlayMode } = this.viewer.view.getState();
    const all = overlaysOf(this.viewer).flatMap(({ overlay, volume, placed }) => [overlay, volume, placed]);
    return all.length === 0 ? all : [overlayMode, ...all];
  }

  /**
   * Over the base's picture. The check modes show the uppermost of them alone. Made-up planes of theirs are marked.
   * @param density pixels for each CSS pixel
   * @returns whether any were
   */
  draw(
    plane: SliceGrid,
    planeKey: string,
    base: Float32Array,
    window: WindowRecord,
    density: number,
    into: Uint8ClampedArray,
  ): boolean {
    const overlays = overlaysOf(this.viewer);
    for (const id of this.cuts.keys()) if (!overlays.some((each) => each.id === id)) this.cuts.delete(id);
    const { overlayMode } = this.viewer.view.getState();
    if (overlayMode === 'base') return false;
    let marked = false;
    const squares = checkerSquares(plane, SQUARE_MM);
    const shown = overlayMode === 'blend' ? overlays : overlays.slice(-1);
    for (const overlay of shown) {
      const values = this.cut(overlay, plane, planeKey);
      const { colorMap, opacity, window: own } = overlay.overlay;
      const look = { ...own, colorMap, opacity };
      if (overlayMode === 'blend') blendInto(values, look, into);
      else if (overlayMode === 'checker') checkerInto(values, plane, SQUARE_MM, look, into);
      else if (overlayMode === 'over') coverInto(values, look, into);
      else differenceInto(base, window, values, look, into);
      const low = own.level - own.width / 2;
      const shows: MadeUpLook =
        overlayMode === 'checker'
          ? { density, shows: squares }
          : overlayMode === 'blend'
            ? { density, opacity, ...(colorMap !== 'grey' && { shows: (_x, _y, n) => (values[n] as number) > low }) }
            : { density };
      if (hatchMadeUp(overlay.volume.header, overlay.placed, plane, shows, into)) marked = true;
    }
    return marked;
  }

  private cut({ id, volume, placed }: SeenOverlay, plane: SliceGrid, key: string): Float32Array {
    const known = this.cuts.get(id);
    if (known?.key === key && known.volume === volume && known.placed === placed) return known.values;
    const count = plane.width * plane.height;
    const values = known?.values.length === count ? known.values : new Float32Array(count);
    reslicePlaced(volume, placed, plane, values);
    this.cuts.set(id, { values, key, volume, placed });
    return values;
  }
}
