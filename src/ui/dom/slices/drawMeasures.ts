import { madeUpRgb } from '#core/volume/resliceMadeUp.ts';
import { normalAxis, pixelOf, type SlicePlane, sliceStepMm } from '#core/volume/slicePlane.ts';
import { quantityText } from '#i18n/format.ts';
import type { RasPoint } from '#state/viewer.ts';
import type { MeasurementRow } from '#ui/model/measurements.ts';
import type { Scan } from './sliceActs.ts';

export interface Measures {
  readonly rows: readonly MeasurementRow[];
  /** Of a measurement that is being made. */
  readonly pending: readonly RasPoint[];
  /** Where its next point would be; null: not shown. */
  readonly pointer: RasPoint | null;
}

const HALO = '#0e1113';
const LINE = '#e8ecef';
/** CSS pixels. */
const DOT = 4;

/** Measurements whose points lie on this slice or next to it, as lines with dots and their value. */
export function drawMeasures(
  context: CanvasRenderingContext2D,
  plane: SlicePlane,
  scan: Scan,
  density: number,
  { rows, pending, pointer }: Measures,
): void {
  const axis = normalAxis[plane.name];
  const near = Math.max(2, sliceStepMm(scan.rasFromIjk, plane.name)) + 1e-6;
  const onSlice = (ras: RasPoint) => Math.abs(ras[axis] - plane.origin[axis]) <= near;
  for (const { points, quantity, interpolated } of rows) {
    if (!points.every(onSlice)) continue;
    drawLine(context, plane, points, density, points.length);
    drawText(context, plane, points, quantityText(quantity), density, interpolated === 'ends');
  }
  if (pending.length > 0 && pending.every(onSlice)) {
    drawLine(context, plane, pointer ? [...pending, pointer] : pending, density, pending.length);
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  plane: SlicePlane,
  points: readonly RasPoint[],
  density: number,
  dots: number,
): void {
  const places = points.map((ras) => pixelOf(plane, ras).map((value) => value + 0.5) as [number, number]);
  const path = new Path2D();
  for (const [n, [x, y]] of places.entries()) {
    if (n === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const [color, width] of [
    [HALO, 4.5],
    [LINE, 1.5],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width * density;
    context.stroke(path);
  }
  for (const [x, y] of places.slice(0, dots)) {
    context.beginPath();
    context.arc(x, y, DOT * density, 0, 2 * Math.PI);
    context.fillStyle = LINE;
    context.fill();
    context.strokeStyle = HALO;
    context.lineWidth = 1.5 * density;
    context.stroke();
  }
}

function drawText(
  context: CanvasRenderingContext2D,
  plane: SlicePlane,
  points: readonly RasPoint[],
  text: string,
  density: number,
  madeUp: boolean,
): void {
  const [x, y] = pixelOf(plane, points[points.length - 1] as RasPoint); // there are two at least
  context.font = `600 ${12 * density}px 'Inter Variable', sans-serif`;
  context.textBaseline = 'middle';
  const words = context.measureText(text).width;
  const width = words + (madeUp ? 16 * density : 0);
  const gap = 10 * density;
  // On the other side of its point where it would be cut.
  const left = x + gap + width > plane.width ? x - gap - width : x + gap;
  context.lineJoin = 'round';
  context.strokeStyle = HALO;
  context.lineWidth = 3 * density;
  context.strokeText(text, left, y + 0.5);
  context.fillStyle = LINE;
  context.fillText(text, left, y + 0.5);
  if (madeUp) drawMadeUpMark(context, left + words + 6 * density, y - 4.5 * density, density);
}

/** The sign of made-up planes, as in the corner of the slice: 10 CSS pixels, hatched. */
function drawMadeUpMark(context: CanvasRenderingContext2D, x: number, y: number, density: number): void {
  const size = 10 * density;
  context.save();
  context.fillStyle = HALO;
  context.fillRect(x - density, y - density, size + 2 * density, size + 2 * density);
  context.beginPath();
  context.rect(x, y, size, size);
  context.clip();
  context.strokeStyle = `rgb(${madeUpRgb.join()})`;
  context.lineWidth = 2 * density; // half of it is beside the square
  context.stroke();
  context.beginPath();
  for (let at = -size; at < size; at += 4 * density) {
    context.moveTo(x + at, y);
    context.lineTo(x + at + size, y + size);
  }
  context.lineWidth = density;
  context.stroke();
  context.restore();
}
