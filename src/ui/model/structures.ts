// What the structure list shows: groups in their order, rows by size, hidden ones in their place.
import { type SegmentGroup, segmentGroups } from '#core/case/tissues.ts';
import { type Quantity, volumeQuantity } from '#i18n/format.ts';
import { language, t } from '#i18n/t.ts';
import type { SegmentRecord } from '#state/viewer.ts';

export interface StructureRow {
  readonly id: string;
  readonly name: string;
  readonly color: string;
  /** 0 to 1. */
  readonly opacity: number;
  readonly visible: boolean;
  /** The only one that is shown. */
  readonly alone: boolean;
  readonly chosen: boolean;
  readonly volume: Quantity;
  readonly reviewed: boolean;
}
export interface StructureGroup {
  readonly id: SegmentGroup;
  readonly title: string;
  readonly count: number;
  /** Of its structures: some, none or all are shown. */
  readonly visible: 'all' | 'some' | 'none';
  readonly open: boolean;
  readonly ids: readonly string[];
  readonly rows: readonly StructureRow[];
}
export interface StructureTree {
  readonly groups: readonly StructureGroup[];
  readonly shown: number;
  readonly all: number;
}

export interface TreeWish {
  readonly search: string;
  readonly selection: readonly string[];
  /** What the user folded or unfolded himself. */
  readonly folds: Readonly<Partial<Record<SegmentGroup, boolean>>>;
}

/** Few structures: nothing is folded. */
const FOLD_FROM = 14;
/** Open at first in a long list, besides the groups with something chosen or made by the user. */
const OPEN_FIRST = new Set<SegmentGroup>(['yours', 'findings', 'surface', 'heart', 'vessels', 'airways and lungs']);

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

export function structureTree(
  segments: readonly SegmentRecord[],
  { search, selection, folds }: TreeWish,
): StructureTree {
  const chosen = new Set(selection);
  const shown = segments.filter(({ visible }) => visible).length;
  const words = plain(search).split(/\s+/).filter(Boolean);
  const matches = ({ name, group }: SegmentRecord) => {
    if (words.length === 0) return true;
    const text = plain(`${name} ${t(`group.${group}`)}`);
    return words.every((word) => text.includes(word));
  };
  const groups = segmentGroups.flatMap((group): StructureGroup[] => {
    const members = segments.filter((segment) => segment.group === group && matches(segment));
    if (members.length === 0) return [];
    const visible = members.filter((segment) => segment.visible).length;
    const byItself =
      segments.length < FOLD_FROM || OPEN_FIRST.has(group) || members.some((segment) => chosen.has(segment.id));
    return [
      {
        id: group,
        title: t(`group.${group}`),
        count: members.length,
        visible: visible === 0 ? 'none' : visible === members.length ? 'all' : 'some',
        open: words.length > 0 || (folds[group] ?? byItself),
        ids: members.map(({ id }) => id),
        rows: [...members]
          .sort(bySize)
          .map((segment) => rowOf(segment, segment.visible && shown === 1, chosen.has(segment.id))),
      },
    ];
  });
  return { groups, shown, all: segments.length };
}

interface KnownRow {
  readonly language: string;
  readonly row: StructureRow;
}
const known = new WeakMap<SegmentRecord, KnownRow>();

/** The same object as long as nothing about it has changed, so that a list draws anew those rows alone that have. */
function rowOf(segment: SegmentRecord, alone: boolean, chosen: boolean): StructureRow {
  const before = known.get(segment);
  if (before?.language === language() && before.row.alone === alone && before.row.chosen === chosen) return before.row;
  const row = {
    id: segment.id,
    name: nameOf(segment.name),
    color: segment.color,
    opacity: segment.opacity,
    visible: segment.visible,
    alone,
    chosen,
    volume: volumeQuantity(segment.volumeMl, segment.cutByEdge),
    reviewed: segment.reviewed,
  };
  known.set(segment, { language: language(), row });
  return row;
}

const bySize = (a: SegmentRecord, b: SegmentRecord): number => b.volumeMl - a.volumeMl || a.name.localeCompare(b.name);

/** Names begin with a capital in lists, whatever the file wrote; the record keeps its own. */
export function nameOf(name: string): string {
  const letters = [...name];
  return (letters[0] ?? '').toLocaleUpperCase() + letters.slice(1).join('');
}
