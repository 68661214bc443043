import { resliceLabels } from '#core/volume/reslice.ts';
import { traceOutlines } from '#core/volume/resliceOutlines.ts';
import { type SlicePlane, voxelSlice } from '#core/volume/slicePlane.ts';
import { isShown } from '#scene/arena/layers.ts';
import { gridOfLayer } from '#scene/pick.ts';
import type { SegmentRecord, Viewer } from '#state/viewer.ts';
import { outlineColor } from './outlineColor.ts';

/** CSS pixels. */
const THIN = 1.25;
const THICK = 2;

interface Outline {
  readonly path: Path2D;
  readonly color: string;
  readonly chosen: boolean;
}

/** Borders of the drawn segments on a slice, made anew when slice, labels or looks have changed. */
export class OutlineCache {
  private readonly viewer: Viewer;
  private labels = new Uint16Array(0);
  private readonly drawn = new Uint8Array(65536);
  private key = '';
  private outlines: readonly Outline[] = [];

  constructor(viewer: Viewer) {
    this.viewer = viewer;
  }

  draw(context: CanvasRenderingContext2D, plane: SlicePlane, density: number): void {
    const segments = this.viewer.case.getState().segments.filter(isShown);
    const { selection } = this.viewer.view.getState();
    const key = this.keyOf(plane, segments, selection);
    if (key !== this.key) {
      this.outlines = this.trace(plane, segments, selection, density);
      this.key = key;
    }
    context.lineJoin = 'round';
    for (const { path, color, chosen } of this.outlines) {
      context.strokeStyle = color;
      context.lineWidth = (chosen ? THICK : THIN) * density;
      context.stroke(path);
    }
  }

  private keyOf(plane: SlicePlane, segments: readonly SegmentRecord[], selection: readonly string[]): string {
    const layers = new Set(segments.map(({ layer }) => layer));
    const revisions = [...layers].map(
      (layer) =>
        `${layer} ${this.viewer.voxels.layer(layer)?.revision ?? 0} ${gridOfLayer(this.viewer, layer)?.m.join()}`,
    );
    const looks = segments.map(({ layer, value, color }) => `${layer} ${value} ${color}`);
    const { origin, right, down, width, height } = plane;
    return [...origin, ...right, ...down, width, height, ...revisions, ...looks, '|', ...selection].join();
  }

  private trace(
    plane: SlicePlane,
    segments: readonly SegmentRecord[],
    selection: readonly string[],
    density: number,
  ): readonly Outline[] {
    const found: Outline[] = [];
    for (const [layer, mine] of Map.groupBy(segments, ({ layer }) => layer)) {
      const labels = this.viewer.voxels.layer(layer)?.labels;
      const rasFromIjk = gridOfLayer(this.viewer, layer);
      if (!labels || !rasFromIjk) continue;
      const { grid, first, step } = voxelSlice(plane, rasFromIjk, density);
      const count = grid.width * grid.height;
      if (this.labels.length < count) this.labels = new Uint16Array(count);
      resliceLabels(labels, rasFromIjk, grid, this.labels);
      const byValue = new Map(mine.map((segment) => [segment.value, segment]));
      const paths = new Map<number, Path2D>();
      for (const { value } of mine) this.drawn[value] = 1;
      // Half a line further in, so that neighbours lie side by side.
      const inset = Math.min(0.3, (THIN * density) / 2 / Math.min(...step));
      traceOutlines(this.labels, grid.width, grid.height, this.drawn, inset, (value, points, length) => {
        let path = paths.get(value);
        if (!path) {
          path = new Path2D();
          paths.set(value, path);
        }
        addLoop(path, points, length, first, step);
      });
      for (const { value } of mine) this.drawn[value] = 0;
      for (const [value, path] of paths) {
        const segment = byValue.get(value);
        if (segment) found.push({ path, color: outlineColor(segment.color), chosen: selection.includes(segment.id) });
      }
    }
    // The chosen ones on top.
    return found.sort((a, b) => Number(a.chosen) - Number(b.chosen));
  }
}

/** A closed border, round where the voxels have corners: through the middle of each of its pieces, bent at their ends. */
function addLoop(
  path: Path2D,
  points: Float32Array,
  length: number,
  first: readonly [number, number],
  step: readonly [number, number],
): void {
  // A pixel's centre is half a pixel from its corner, where the canvas counts from.
  const x = (n: number) => first[0] + (points[2 * (n % length)] as number) * step[0] + 0.5;
  const y = (n: number) => first[1] + (points[2 * (n % length) + 1] as number) * step[1] + 0.5;
  path.moveTo((x(0) + x(1)) / 2, (y(0) + y(1)) / 2);
  for (let n = 1; n <= length; n++) path.quadraticCurveTo(x(n), y(n), (x(n) + x(n + 1)) / 2, (y(n) + y(n + 1)) / 2);
  path.closePath();
}
