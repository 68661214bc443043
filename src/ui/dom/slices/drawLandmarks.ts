import { fixedFromMoving } from '#core/space/registration.ts';
import { normalAxis, pixelOf, type SlicePlane, sliceStepMm } from '#core/volume/slicePlane.ts';
import { spatialOf } from '#scene/overlays.ts';
import type { RasPoint, Viewer } from '#state/viewer.ts';
import { landmarksOf } from '#ui/model/landmarks.ts';
import type { Scan } from './sliceActs.ts';

const HALO = '#0e1113';
const SCAN = '#4cc2ff';
const OVER = '#ffc24b';
/** CSS pixels. */
const ARM = 6;

/** Points that are being set: a ring on the scan, a cross on the volume over it, with the number of their pair. */
export function drawLandmarks(
  context: CanvasRenderingContext2D,
  plane: SlicePlane,
  scan: Scan,
  density: number,
  viewer: Viewer,
): void {
  const { volume, pairs, pending } = landmarksOf(viewer).getState();
  const record = viewer.case.getState().volumes.find(({ id }) => id === volume);
  if (!record) return;
  const placed = spatialOf(viewer, record);
  if (placed === 'missing') return;
  const forth = placed === null ? (p: RasPoint) => p : fixedFromMoving(placed);
  const near = Math.max(2, sliceStepMm(scan.rasFromIjk, plane.name)) + 1e-6;
  const axis = normalAxis[plane.name];
  const draw = (ras: readonly [number, number, number], kind: 'ring' | 'cross', number: number) => {
    if (Math.abs(ras[axis] - plane.origin[axis]) > near) return;
    const [x, y] = pixelOf(plane, ras).map((value) => value + 0.5) as [number, number];
    const arm = ARM * density;
    const path = new Path2D();
    if (kind === 'ring') path.arc(x, y, arm, 0, 2 * Math.PI);
    else {
      path.moveTo(x - arm, y - arm);
      path.lineTo(x + arm, y + arm);
      path.moveTo(x - arm, y + arm);
      path.lineTo(x + arm, y - arm);
    }
    for (const [color, width] of [
      [HALO, 4],
      [kind === 'ring' ? SCAN : OVER, 2],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = width * density;
      context.stroke(path);
    }
    context.font = `600 ${12 * density}px 'Inter Variable', sans-serif`;
    context.textBaseline = 'middle';
    context.lineWidth = 3 * density;
    context.strokeStyle = HALO;
    context.strokeText(String(number), x + arm + 4 * density, y);
    context.fillStyle = '#e8ecef';
    context.fillText(String(number), x + arm + 4 * density, y);
  };
  for (const [n, [own, base]] of pairs.entries()) {
    draw(base, 'ring', n + 1);
    try {
      draw(forth(own), 'cross', n + 1);
    } catch {
      // Where the field folds the point has no place on the scan.
    }
  }
  if (pending) draw(pending, 'ring', pairs.length + 1);
}
