// Dragging the planes on the desk. A plane is taken by its frame, anywhere with Alt, and anywhere while the Slice tool is on:
// a drag elsewhere still turns the view.
import { affine } from '#core/space/affine.ts';
import { withinScan } from '#core/volume/slicePlane.ts';
import { pickRay } from '#scene/pick.ts';
import type { StageModel } from '#scene/StageModel.ts';
import type { RasPoint, Viewer } from '#state/viewer.ts';
import type { PlanesModel } from './PlanesModel.ts';
import { alongNormal, dragPlane, type PlaneHit } from './planeGeometry.ts';

/** CSS pixels round a frame within which it is taken. */
const FRAME_PX = 7;
let gestures = 0;

interface Drag {
  readonly pointer: number;
  readonly hit: PlaneHit;
  readonly crosshair: RasPoint;
  readonly gesture: string;
  readonly y: number;
}

/** Listens on the canvas, before the view around it does; gives the way to stop. */
export function planeDrag(
  canvas: HTMLCanvasElement,
  stage: StageModel,
  planes: PlanesModel,
  viewer: Viewer,
): () => void {
  let drag: Drag | null = null;

  function grabbed(event: PointerEvent): PlaneHit | null {
    if (stage.presenting) return null;
    const box = canvas.getBoundingClientRect();
    const { origin, direction } = stage.rayAt(event.clientX - box.left, event.clientY - box.top);
    const { camera, tool } = viewer.view.getState();
    const marginMm = FRAME_PX / (camera?.pixelsPerMm ?? 1);
    const hit = planes.pick(origin, direction, marginMm);
    if (!hit) return null;
    if (!event.altKey && tool !== 'slice' && hit.edgeMm > marginMm) return null;
    // What stands before a plane is not reached through.
    const body = pickRay(viewer, origin, direction, { throughTranslucent: true });
    return body && body.distanceMm < hit.distanceMm - 0.5 ? null : hit;
  }

  function down(event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType === 'touch' || drag) return;
    const hit = grabbed(event);
    const { crosshair } = viewer.case.getState();
    if (!hit || !crosshair) return;
    drag = { pointer: event.pointerId, hit, crosshair, gesture: `plane ${++gestures}`, y: event.clientY };
    planes.hot = hit.name;
    canvas.setPointerCapture(event.pointerId);
    canvas.style.cursor = 'grabbing';
    event.stopPropagation();
    event.preventDefault();
    stage.invalidate();
  }

  function move(event: PointerEvent): void {
    if (!drag) {
      if (event.pointerType !== 'touch' && event.buttons === 0) point(event);
      return;
    }
    event.stopPropagation();
    const { hit, crosshair, gesture, y } = drag;
    const box = canvas.getBoundingClientRect();
    const { origin, direction } = stage.rayAt(event.clientX - box.left, event.clientY - box.top);
    // Looked at squarely, a plane comes nearer with the hand.
    const nearer = (y - event.clientY) / (viewer.view.getState().camera?.pixelsPerMm ?? 1);
    const to =
      alongNormal(hit.name, hit.ras, origin, direction) ?? (hit.ras.map((value) => value + nearer) as RasPoint);
    const record = viewer.case.getState().volumes[0];
    if (!record) return;
    const wanted = dragPlane(hit.name, hit.ras, to, crosshair);
    const [r, a, s] = withinScan(record.dims, affine('ras', 'ijk', record.rasFromIjk), wanted);
    viewer.case.verbs.setCrosshair([r, a, s], gesture);
  }

  function point(event: PointerEvent): void {
    const hit = grabbed(event);
    const name = hit?.name ?? null;
    if (planes.hot === name) return;
    planes.hot = name;
    canvas.style.cursor = name ? 'grab' : '';
    stage.invalidate();
  }

  function up(event: PointerEvent): void {
    if (drag?.pointer !== event.pointerId) return;
    event.stopPropagation();
    drag = null;
    planes.hot = null;
    canvas.style.cursor = '';
    viewer.case.verbs.endGesture();
    stage.invalidate();
  }

  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  return () => {
    canvas.style.cursor = '';
    canvas.removeEventListener('pointerdown', down);
    canvas.removeEventListener('pointermove', move);
    canvas.removeEventListener('pointerup', up);
    canvas.removeEventListener('pointercancel', up);
  };
}
