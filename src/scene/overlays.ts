// What lies over the first volume: which volumes, at which timepoint, through which transform.
import type { SpatialTransform } from '#core/space/registration.ts';
import { stepsAt } from '#core/volume/madeUp.ts';
import { valueAtRas } from '#core/volume/reslice.ts';
import { ownPoint } from '#core/volume/reslicePlaced.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { OverlayRecord, PlacedRecord, RasPoint, ValueOfOther, Viewer, VolumeRecord } from '#state/viewer.ts';

export interface SeenOverlay {
  readonly id: string;
  readonly overlay: OverlayRecord;
  /** The timepoint that is shown. */
  readonly volume: Volume;
  /** null: as its own file says. */
  readonly placed: SpatialTransform | null;
}

const transforms = new WeakMap<PlacedRecord, SpatialTransform>();

/** How a volume was brought to the first; 'missing' where its displacement field is not on this device: then it is not drawn. */
export function spatialOf(
  { voxels }: Pick<Viewer, 'voxels'>,
  record: VolumeRecord,
): SpatialTransform | null | 'missing' {
  const { placed } = record;
  if (placed === null) return null;
  const known = transforms.get(placed);
  if (known) return known;
  const field = placed.field === null ? null : voxels.field(placed.field);
  if (placed.field !== null && field === null) return 'missing';
  const made = { matrix: placed.matrix, field };
  transforms.set(placed, made);
  return made;
}

/** The volumes that are laid over the first and seen, lowest first. */
export function overlaysOf(viewer: Viewer): SeenOverlay[] {
  const [, ...others] = viewer.case.getState().volumes;
  const { timepoint } = viewer.view.getState();
  return others.flatMap((record) => {
    const { id, overlay } = record;
    const volume = viewer.voxels.volume(id);
    const placed = spatialOf(viewer, record);
    if (overlay === null || !overlay.visible || volume === null || placed === 'missing') return [];
    return [{ id, overlay, volume: timepointOf(volume, timepoint), placed }];
  });
}

/** Values of the seen overlays at a point of the first volume, each of its nearest voxel. */
export function overlayValues(viewer: Viewer, ras: RasPoint): ValueOfOther[] {
  return overlaysOf(viewer).map(({ id, volume, placed }) => {
    const own = ownPoint(placed, ras);
    return { volume: id, value: valueAtRas(volume, own), interpolated: stepsAt(volume.header)(own) > 1 };
  });
}
