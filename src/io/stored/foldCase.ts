// A stored case as plain data: every act of its log in order, brought to the version of today.
import { recordsOfFacts } from '#core/case/facts.ts';
import { migrateCase } from '#core/case/migrate.ts';
import { type RecordKind, type RecordOf, readRecord, readWith } from '#core/case/readRecord.ts';
import { CASE_VERSION, CaseDocument, type SegmentRecord, WindowRecord } from '#core/case/schema.ts';
import { baseAmong, foldLayer } from '#core/labelmap/fold.ts';
import type { Brick, LabelmapData } from '#core/labelmap/labelmap.ts';
import { compareStamps, type LayerOperation, type Operation } from '#core/labelmap/operation.ts';
import { affine } from '#core/space/affine.ts';
import { voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { StoredAct, StoredFact } from './act.ts';

export interface StoredCase {
  /** Records that parse; voxel counts are those of `layers`. */
  readonly document: CaseDocument;
  /** Records that do not: as the log holds them, migrated. */
  readonly unreadable: readonly { readonly kind: RecordKind; readonly id: string; readonly fields: object }[];
  /** Folded layers that a living segment is in. */
  readonly layers: readonly {
    readonly id: string;
    readonly labels: LabelmapData;
    /** Somebody has painted in it since its first bricks. */
    readonly painted: boolean;
  }[];
  /** What could not be read, by file or record. */
  readonly warnings: readonly Warning[];
}

export interface FoldedActs {
  readonly facts: Map<string, NonNullable<StoredFact>>;
  readonly operations: Operation[];
}

/** The latest fact of each key, and all operations, in the order of the log. */
export function foldActs(acts: Iterable<StoredAct>): FoldedActs {
  const folded: FoldedActs = { facts: new Map(), operations: [] };
  for (const act of acts) addAct(folded, act);
  return folded;
}

export function addAct({ facts, operations }: FoldedActs, act: StoredAct): void {
  for (const [key, fact] of act.facts) {
    if (fact === null) facts.delete(key);
    else facts.set(key, fact);
  }
  operations.push(...act.operations);
}

/** Before a scan is open: soft tissue, as CT readers set it. */
const NO_WINDOW: WindowRecord = { level: 40, width: 400 };

/**
 * @param snapshot first bricks by the name that a layer's operation gives; null where they are not there or damaged
 * @throws VesaliusError 'version' where a newer program wrote the document, 'format' where it has no version
 */
export function foldCase(
  { facts, operations }: FoldedActs,
  snapshot: (name: string) => LabelmapData | null,
): StoredCase {
  const { only, records } = recordsOfFacts(new Map([...facts].map(([key, fact]) => [key, fact[0]])));
  const older = { ...records, version: only.version };
  const migrated = migrateCase(older) as typeof records;
  const warnings: Warning[] = [];
  const unreadable: { kind: RecordKind; id: string; fields: object }[] = [];
  const read = <Kind extends RecordKind>(kind: Kind): RecordOf[Kind][] =>
    migrated[kind].flatMap((fields) => {
      const record = readRecord(kind, fields);
      if (record.ok) return [record.value];
      unreadable.push({ kind, id: String(fields.id), fields });
      return [];
    });
  const [volumes, segments, measurements] = [read('volumes'), read('segments'), read('measurements')];
  const single = <Value>(field: string, parsed: ReturnType<typeof readWith<Value>>, absent: Value): Value => {
    if (parsed.ok) return parsed.value;
    if (only[field] !== undefined) warnings.push(unreadableWarning(`case/${field}`, parsed.reason));
    return absent;
  };
  const { shape } = CaseDocument;
  const layers: { id: string; labels: LabelmapData; painted: boolean }[] = [];
  const paintedLayers = new Set(operations.flatMap((each) => (each.kind === 'paint' ? [each.layer] : [])));
  const counted = new Map<string, SegmentRecord>();
  for (const [id, own] of Map.groupBy(segments, ({ layer }) => layer)) {
    const labels = foldLayer(operations, id, snapshot);
    const base = baseOf(operations, id, snapshot);
    if (labels === null || base === null) {
      warnings.push(lostLayer(own));
      continue;
    }
    layers.push({ id, labels, painted: paintedLayers.has(id) });
    const gained = gains(base, labels);
    for (const record of own) counted.set(record.id, withGain(record, gained.get(record.value) ?? 0, volumes));
  }
  return {
    document: {
      version: CASE_VERSION,
      title: single('title', readWith(shape.title, only.title), ''),
      volumes,
      segments: segments.map((record) => counted.get(record.id) ?? record),
      measurements,
      crosshair: single('crosshair', readWith(shape.crosshair, only.crosshair), null),
      window: single('window', readWith(WindowRecord, only.window), NO_WINDOW),
    },
    unreadable,
    layers,
    warnings,
  };
}

function baseOf(
  operations: readonly Operation[],
  layer: string,
  snapshot: (name: string) => LabelmapData | null,
): LabelmapData | null {
  const makers = operations
    .filter((o): o is LayerOperation => o.kind === 'layer' && o.layer === layer)
    .sort(compareStamps);
  const from = baseAmong(makers, (name) => snapshot(name) !== null);
  return from === undefined ? null : snapshot(from.snapshot);
}

/** Voxels of each value that the paint added to the snapshot. */
function gains(base: LabelmapData, labels: LabelmapData): Map<number, number> {
  const gained = new Map<number, number>();
  const gain = (value: number, by: number) => gained.set(value, (gained.get(value) ?? 0) + by);
  labels.bricks.forEach((after, index) => {
    const before = base.bricks[index] as Brick;
    if (before === after) return;
    for (let n = 0; n < 32 ** 3; n++) {
      const was = typeof before === 'number' ? before : (before[n] as number);
      const is = typeof after === 'number' ? after : (after[n] as number);
      if (was === is) continue;
      gain(was, -1);
      gain(is, 1);
    }
  });
  return gained;
}

/** As state/caseStore.ts counts: what the record says of the snapshot, and what was gained since. */
function withGain(record: SegmentRecord, gained: number, volumes: readonly RecordOf['volumes'][]): SegmentRecord {
  if (gained === 0) return record;
  const voxels = record.voxels + gained;
  const volume = volumes.find(({ id }) => id === record.volume);
  const volumeMl =
    volume === undefined
      ? (record.volumeMl * voxels) / Math.max(1, record.voxels)
      : (voxels * voxelVolumeMm3(affine('ras', 'ijk', volume.rasFromIjk))) / 1000;
  return { ...record, voxels, volumeMl };
}

function unreadableWarning(where: string, reason: string): Warning {
  const text = `A record of the stored case cannot be read: ${reason}.`;
  return { code: 'unreadable-record', where, kept: 'nothing', text };
}

function lostLayer(segments: readonly SegmentRecord[]): Warning {
  const names = segments.map(({ name }) => name).join(', ');
  return {
    code: 'labels-lost',
    where: `layer ${segments[0]?.layer}`,
    kept: 'the structures without their voxels',
    text: `The stored labels of ${names} are missing or damaged.`,
  };
}
