// Draws one slice: grey values, borders of segments, crosshair, measurements. Keeps what it has made as long as it holds: a new
// window does not cut the scan again, and a crosshair that moves within the slice leaves all of it as it is.
import { reslice, windowInto } from '#core/volume/reslice.ts';
import { resliceColour } from '#core/volume/resliceColour.ts';
import { hatchInto } from '#core/volume/resliceHatch.ts';
import { hatchMadeUp } from '#core/volume/resliceMadeUp.ts';
import { type Convention, type PlaneName, pixelOf, type SlicePlane, slicePlane } from '#core/volume/slicePlane.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import { OverlayCuts } from '#scene/OverlayCuts.ts';
import { planeColors } from '#scene/planes/planeColors.ts';
import type { RasPoint, Viewer } from '#state/viewer.ts';
import { measurementRows } from '#ui/model/measurements.ts';
import { pendingPointsOf } from '#ui/model/pendingPoints.ts';
import { rangePreviewOf } from '#ui/model/rangePreview.ts';
import { crosshairParts, type WordBox } from './crosshairParts.ts';
import { drawLandmarks } from './drawLandmarks.ts';
import { drawMeasures } from './drawMeasures.ts';
import { OutlineCache } from './OutlineCache.ts';
import { crosshairOf, type Scan, scanOf } from './sliceActs.ts';
import type { SliceFrame } from './sliceFrame.ts';

const BLACK = [0, 0, 0, 255] as const;
/** Drawn in memory: most of a picture is made there, and where the graphics card is slow it is the body's. */
const MEMORY: CanvasRenderingContext2DSettings = { alpha: false, willReadFrequently: true };
/** CSS pixels that the crosshair leaves open round its middle. */
const OPEN_PX = 8;
/** CSS pixels between the lines of a range that is to become a structure, and of one of them. */
const HATCH_PX = 5;
const HATCH_LINE_PX = 1;
const HATCH = [76, 194, 255] as const;

/** Planes drawn as the lines of a picture: the one whose line runs across it, and the one whose line runs down. */
const linesOf: Readonly<Record<PlaneName, readonly [across: PlaneName, down: PlaneName]>> = {
  axial: ['coronal', 'sagittal'],
  coronal: ['axial', 'sagittal'],
  sagittal: ['axial', 'coronal'],
};

export interface DrawOrder {
  readonly frame: SliceFrame;
  /** CSS pixels, and device pixels for each of them. */
  readonly width: number;
  readonly height: number;
  readonly density: number;
  /** RAS mm under the pointer, for a measurement that is being made. */
  readonly pointer: RasPoint | null;
  /** What the crosshair gives way to, CSS pixels. */
  readonly words: readonly WordBox[];
}

export class SlicePicture {
  private readonly name: PlaneName;
  private readonly viewer: Viewer;
  private readonly outlines: OutlineCache;
  private readonly overlays: OverlayCuts;
  private overlaid: readonly unknown[] = [];
  private readonly base = document.createElement('canvas');
  private values = new Float32Array(0);
  private image: ImageData | null = null;
  private cutKey = '';
  private cutOf: unknown = null;
  private shadeKey = '';
  private hatched = false;

  constructor(name: PlaneName, viewer: Viewer) {
    this.name = name;
    this.viewer = viewer;
    this.outlines = new OutlineCache(viewer);
    this.overlays = new OverlayCuts(viewer);
  }

  /** Does the picture mark planes that were made up and not measured? */
  get marksMadeUp(): boolean {
    return this.hatched;
  }

  /** The plane of a picture of so many device pixels; null where no scan is open. */
  plane({ frame, width, height, density }: Omit<DrawOrder, 'pointer' | 'words'>): SlicePlane | null {
    const scan = scanOf(this.viewer);
    if (!scan || width < 1 || height < 1) return null;
    const { convention } = this.viewer.view.getState();
    const size = [Math.round(width * density), Math.round(height * density)] as const;
    const point = crosshairOf(this.viewer, scan);
    return slicePlane(scan.dims, scan.rasFromIjk, this.name, point, convention, size, frame);
  }

  draw(canvas: HTMLCanvasElement, order: DrawOrder): void {
    const plane = this.plane(order);
    const scan = scanOf(this.viewer);
    const context = canvas.getContext('2d', MEMORY);
    if (!context) return;
    const [width, height] = [Math.round(order.width * order.density), Math.round(order.height * order.density)];
    // Setting a size clears the canvas, so it is done when there is another one alone.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    if (!plane || !scan) {
      context.fillStyle = '#000000';
      context.fillRect(0, 0, width, height);
      this.hatched = false;
      return;
    }
    this.shade(scan, plane, order.density);
    context.drawImage(this.base, 0, 0);
    this.outlines.draw(context, plane, order.density);
    this.drawCrosshair(context, scan, plane, order);
    drawLandmarks(context, plane, scan, order.density, this.viewer);
    drawMeasures(context, plane, scan, order.density, {
      rows: measurementRows(this.viewer.case.getState()),
      pending: pendingPointsOf(this.viewer).getState().points,
      pointer: this.viewer.view.getState().tool === 'measure' ? order.pointer : null,
    });
  }

  /** Cuts and colours the scan, and what lies over it, where it is not done. */
  private shade(scan: Scan, plane: SlicePlane, density: number): void {
    const held = this.viewer.voxels.volume(scan.id);
    const { window } = this.viewer.case.getState();
    const { convention, timepoint, overlayMode } = this.viewer.view.getState();
    const volume = held && timepointOf(held, timepoint);
    const cutKey = keyOf(plane, convention);
    const sameCut = cutKey === this.cutKey && this.cutOf === volume;
    const { range } = rangePreviewOf(this.viewer).getState();
    const shadeKey = `${window.level} ${window.width} ${range?.lower} ${range?.upper}`;
    const overlaid = this.overlays.seen();
    const sameOver = overlaid.length === this.overlaid.length && overlaid.every((each, n) => each === this.overlaid[n]);
    if (sameCut && sameOver && shadeKey === this.shadeKey) return;
    const count = plane.width * plane.height;
    if (this.values.length !== count) this.values = new Float32Array(count);
    if (this.image?.width !== plane.width || this.image.height !== plane.height) {
      this.image = new ImageData(plane.width, plane.height);
      this.base.width = plane.width;
      this.base.height = plane.height;
    }
    if (!sameCut) {
      if (volume) reslice(volume, plane, this.values);
      else this.values.fill(Number.NaN);
    }
    const { data } = this.image;
    windowInto(this.values, window.level, window.width, data, BLACK);
    if (volume?.rgb) resliceColour(volume, plane, window, data);
    // Under what lies over the scan, so that it is seen as far as the scan is; a difference shows both.
    const hatch = () => volume !== null && hatchMadeUp(volume.header, null, plane, { density }, data);
    const hidden = overlayMode === 'over' && overlaid.length > 0;
    const under = overlayMode !== 'difference' && !hidden && hatch();
    const over = this.overlays.draw(plane, cutKey, this.values, window, density, data);
    this.hatched = under || over || (overlayMode === 'difference' && hatch());
    if (range) {
      const { lower, upper } = range;
      const [period, line] = [HATCH_PX * density, HATCH_LINE_PX * density];
      hatchInto(this.values, plane.width, plane.height, lower, upper, period, line, HATCH, data);
    }
    this.base.getContext('2d', MEMORY)?.putImageData(this.image, 0, 0);
    this.cutKey = cutKey;
    this.cutOf = volume;
    this.shadeKey = shadeKey;
    this.overlaid = overlaid;
  }

  private drawCrosshair(
    context: CanvasRenderingContext2D,
    scan: Scan,
    plane: SlicePlane,
    { density, words }: DrawOrder,
  ): void {
    const at = pixelOf(plane, crosshairOf(this.viewer, scan));
    const line = Math.max(1, Math.round(density));
    // On whole device pixels: a line between two would be twice as wide and half as bright.
    const snap = (value: number) => Math.round(value + 0.5 - line / 2) + line / 2;
    const [x, y] = [snap(at[0]), snap(at[1])];
    const parts = (direction: 'across' | 'down', middle: number, beside: number, length: number) => {
      const open = [middle / density - OPEN_PX, middle / density + OPEN_PX] as const;
      const found = crosshairParts(direction, beside / density, length / density, open, words);
      return found.map(([from, to]) => [from * density, to * density] as const);
    };
    const [across, down] = linesOf[this.name];
    context.lineWidth = line;
    context.lineCap = 'butt';
    context.strokeStyle = planeColors[across];
    context.beginPath();
    for (const [from, to] of parts('across', x, y, plane.width)) {
      context.moveTo(from, y);
      context.lineTo(to, y);
    }
    context.stroke();
    context.strokeStyle = planeColors[down];
    context.beginPath();
    for (const [from, to] of parts('down', y, x, plane.height)) {
      context.moveTo(x, from);
      context.lineTo(x, to);
    }
    context.stroke();
  }
}

/** All that a cut depends on beside the scan. */
export function keyOf({ origin, right, down, width, height }: SlicePlane, convention: Convention): string {
  return `${convention} ${origin.join()} ${right.join()} ${down.join()} ${width} ${height}`;
}
