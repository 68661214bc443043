// What the steps of the undo list are called.
import type { SegmentPatch } from './viewer.ts';

/** Acts that this layer names itself; each is a key of a phrase. `addLayer` brings its own. */
export const historyActs = [
  'history.opened',
  'history.closed',
  'history.renamed',
  'history.recoloured',
  'history.opacity',
  'history.shown',
  'history.hidden',
  'history.shownSeveral',
  'history.hiddenSeveral',
  'history.grouped',
  'history.reviewed',
  'history.unreviewed',
  'history.changed',
  'history.isolated',
  'history.isolatedSeveral',
  'history.removed',
  'history.removedSeveral',
  'history.painted',
  'history.measured',
  'history.measurementRemoved',
  'history.volumeAdded',
  'history.volumeRemoved',
  'history.overlay',
  'history.placed',
  'history.unplaced',
  'history.crosshair',
  'history.window',
] as const;
export type HistoryAct = (typeof historyActs)[number];

/** Fields that `setSegment` may change. */
export const PATCHABLE: ReadonlySet<string> = new Set([
  'name',
  'color',
  'opacity',
  'visible',
  'group',
  'reviewed',
] satisfies (keyof SegmentPatch)[]);

export function actOf(patch: SegmentPatch): HistoryAct {
  const [field, ...more] = Object.keys(patch);
  if (more.length > 0) return 'history.changed';
  switch (field as keyof SegmentPatch | undefined) {
    case 'name':
      return 'history.renamed';
    case 'color':
      return 'history.recoloured';
    case 'opacity':
      return 'history.opacity';
    case 'visible':
      return patch.visible === true ? 'history.shown' : 'history.hidden';
    case 'group':
      return 'history.grouped';
    case 'reviewed':
      return patch.reviewed === true ? 'history.reviewed' : 'history.unreviewed';
    default:
      return 'history.changed';
  }
}
