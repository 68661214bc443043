// Pairs of points that are being set for a volume: first on the scan, then the same place on the volume over it. Gone with the
// page until they have brought the volume into place; then its record keeps them.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { fixedFromMoving } from '#core/space/registration.ts';
import { ownPoint } from '#core/volume/reslicePlaced.ts';
import { spatialOf } from '#scene/overlays.ts';
import type { RasPoint, Viewer, ViewState } from '#state/viewer.ts';

/** RAS mm in the volume as its own file has it, then in the first. */
export type LandmarkPair = readonly [own: RasPoint, base: RasPoint];
export interface Landmarks {
  /** The volume that points are being set for; null: none. */
  readonly volume: string | null;
  readonly pairs: readonly LandmarkPair[];
  /** Set on the scan, and to be found on the volume. */
  readonly pending: RasPoint | null;
}

const stores = new WeakMap<Viewer, StoreApi<Landmarks>>();
const NONE: Landmarks = { volume: null, pairs: [], pending: null };

export function landmarksOf(viewer: Viewer): StoreApi<Landmarks> {
  const known = stores.get(viewer);
  if (known) return known;
  const store = createStore<Landmarks>()(() => NONE);
  stores.set(viewer, store);
  viewer.case.subscribe(({ volumes }) => {
    const { volume } = store.getState();
    if (volume !== null && !volumes.some(({ id }) => id === volume)) endLandmarks(viewer);
  });
  return store;
}

const modes = new WeakMap<Viewer, ViewState['overlayMode']>();

/** From now on clicks on slices set points; the scan is shown alone for the first of a pair, the volume for the second. */
export function beginLandmarks(viewer: Viewer, volume: string): void {
  const pairs = viewer.case.getState().volumes.find(({ id }) => id === volume)?.placed?.landmarks ?? [];
  modes.set(viewer, viewer.view.getState().overlayMode);
  landmarksOf(viewer).setState({ volume, pairs, pending: null });
  viewer.view.verbs.set({ overlayMode: 'base' });
}

export function endLandmarks(viewer: Viewer): void {
  landmarksOf(viewer).setState(NONE);
  viewer.view.verbs.set({ overlayMode: modes.get(viewer) ?? 'blend' });
}

/** A click on a slice. @param ras in the first volume. True where it was taken. */
export function setLandmark(viewer: Viewer, ras: RasPoint): boolean {
  const store = landmarksOf(viewer);
  const { volume, pairs, pending } = store.getState();
  const record = viewer.case.getState().volumes.find(({ id }) => id === volume);
  if (!record) return false;
  if (pending === null) {
    store.setState({ pending: ras });
    viewer.view.verbs.set({ overlayMode: 'over' });
    return true;
  }
  const placed = spatialOf(viewer, record);
  if (placed === 'missing') return false;
  const [r, a, s] = ownPoint(placed, ras);
  store.setState({ pairs: [...pairs, [[r, a, s], pending]], pending: null });
  viewer.view.verbs.set({ overlayMode: 'base' });
  return true;
}

export function removeLandmark(viewer: Viewer, index: number): void {
  const store = landmarksOf(viewer);
  store.setState(({ pairs }) => ({ pairs: pairs.filter((_, n) => n !== index) }));
}

/** How far each pair's points lie apart as the volume lies now, mm; null where its field folds. */
export function landmarkResiduals(viewer: Viewer, volume: string, pairs: readonly LandmarkPair[]): (number | null)[] {
  const record = viewer.case.getState().volumes.find(({ id }) => id === volume);
  const placed = record ? spatialOf(viewer, record) : null;
  if (placed === 'missing') return pairs.map(() => null);
  const forth = placed === null ? (p: RasPoint) => p : fixedFromMoving(placed);
  return pairs.map(([own, base]) => {
    try {
      const [r, a, s] = forth(own);
      return Math.hypot(r - base[0], a - base[1], s - base[2]);
    } catch {
      return null;
    }
  });
}
