// What the room's panel lists, as plain values.
import { t } from '#i18n/t.ts';
import type { RasPoint, Viewer } from '#state/viewer.ts';
import { caseFacts } from '#ui/model/facts.ts';
import { type StructureRow, structureTree } from '#ui/model/structures.ts';

export interface RoomStructures {
  readonly rows: readonly StructureRow[];
  readonly shown: number;
  readonly all: number;
}

/** Every structure in the order of the desk's list, unfolded: a hand scrolls more easily than it unfolds. */
export function roomStructures(viewer: Viewer): RoomStructures {
  const { segments } = viewer.case.getState();
  const { selection } = viewer.view.getState();
  const { groups, shown, all } = structureTree(segments, { search: '', selection, folds: {} });
  return { rows: groups.flatMap((group) => group.rows), shown, all };
}

/** Hides these, or shows them again where all are hidden. */
export function toggleShown(viewer: Viewer, ids: readonly string[]): void {
  const { segments } = viewer.case.getState();
  const mine = segments.filter(({ id }) => ids.includes(id));
  if (mine.length > 0) {
    viewer.case.verbs.setVisible(
      mine.map(({ id }) => id),
      !mine.some(({ visible }) => visible),
    );
  }
}

/** This one alone; again, and all are there. */
export function toggleAlone(viewer: Viewer, row: Pick<StructureRow, 'id' | 'alone'>): void {
  if (!row.alone) viewer.case.verbs.isolate([row.id]);
  else viewer.case.verbs.setVisible(hiddenIds(viewer), true);
}

export function showAll(viewer: Viewer): void {
  const hidden = hiddenIds(viewer);
  if (hidden.length > 0) viewer.case.verbs.setVisible(hidden, true);
}

function hiddenIds(viewer: Viewer): string[] {
  return viewer.case.getState().segments.flatMap(({ id, visible }) => (visible ? [] : [id]));
}

/** Title and one sentence each. */
export function roomFacts(viewer: Viewer): readonly { readonly title: string; readonly text: string }[] {
  return [
    ...caseFacts(viewer.case.getState()),
    { title: viewer.case.getState().title || t('app.name'), text: t('app.notForDiagnosis') },
  ];
}

/** The sides of a body that can be turned to the wearer, each with the direction out of the body that faces then, RAS. */
export const sides = [
  { id: 'front', out: [0, 1, 0] },
  { id: 'right', out: [1, 0, 0] },
  { id: 'back', out: [0, -1, 0] },
  { id: 'left', out: [-1, 0, 0] },
] as const satisfies readonly { readonly id: string; readonly out: RasPoint }[];
