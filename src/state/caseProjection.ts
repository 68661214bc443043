// The case document as the state that stores show: every record parsed by its schema, in order, slots made unique.
import type * as z from 'zod/mini';
import { checkCaseVersion } from '#core/case/migrate.ts';
import {
  type Read,
  type RecordKind,
  type RecordOf,
  readRecord,
  readWith,
  recordSchemas,
  type UnreadableRecord,
} from '#core/case/readRecord.ts';
import { CASE_VERSION, CaseDocument, type SegmentRecord, type VolumeRecord, WindowRecord } from '#core/case/schema.ts';
import { type CaseItems, type FactKey, factKey } from './caseItems.ts';

/** Slots end where the look table does. */
export const LAST_SLOT = 4095;
/** Before a scan is open: soft tissue, as CT readers set it. */
const NO_WINDOW: WindowRecord = { level: 40, width: 400 };
const { title: titleSchema, crosshair: crosshairSchema } = CaseDocument.shape;

export type Projected = CaseDocument & { readonly unreadable: readonly UnreadableRecord[] };

/** Keeps what it has read and reads again only the records whose facts changed: same record, same object. */
export function createProjection(items: CaseItems): {
  changed(keys: Iterable<FactKey>): void;
  project(): Projected;
} {
  const readers = {
    volumes: createReader(items, 'volumes'),
    segments: createReader(items, 'segments'),
    measurements: createReader(items, 'measurements'),
  };
  const singles = new Map<string, { readonly fact: unknown; readonly read: Read<unknown> }>();
  let slotsOf: readonly SegmentRecord[] = [];
  let withSlots: SegmentRecord[] = [];

  function single<Value>(
    field: string,
    schema: z.ZodMiniType<Value>,
    absent: Value,
    unreadable: UnreadableRecord[],
  ): Value {
    const found = items.value(factKey('case', 'only', field));
    if (found === undefined) return absent;
    const known = singles.get(field);
    const read = known?.fact === found ? (known.read as Read<Value>) : readWith(schema, found);
    singles.set(field, { fact: found, read });
    if (read.ok) return read.value;
    unreadable.push({ kind: 'case', id: field, reason: read.reason });
    return absent;
  }

  return {
    changed(keys) {
      for (const key of keys) {
        const { kind, id } = items.parts(key);
        if (kind in recordSchemas) readers[kind as RecordKind].changed(id);
      }
    },
    project() {
      const volumes = readers.volumes.read();
      const segments = readers.segments.read();
      const measurements = readers.measurements.read();
      const unreadable = [...volumes.unreadable, ...segments.unreadable, ...measurements.unreadable];
      const version = items.value(factKey('case', 'only', 'version'));
      if (version !== undefined && version !== CASE_VERSION)
        unreadable.push({ kind: 'case', id: 'version', reason: reasonOf(version) });
      if (slotsOf !== segments.living) {
        slotsOf = segments.living;
        withSlots = uniqueSlots(segments.living);
      }
      return {
        version: CASE_VERSION,
        title: single('title', titleSchema, '', unreadable),
        volumes: baseFirst(volumes.living),
        segments: withSlots,
        measurements: measurements.living,
        crosshair: single('crosshair', crosshairSchema, null, unreadable),
        window: single('window', WindowRecord, NO_WINDOW, unreadable),
        unreadable,
      };
    },
  };
}

/** One that a colleague laid over the scan before this one was opened lies over this one now. */
function baseFirst(volumes: VolumeRecord[]): VolumeRecord[] {
  if (volumes[0]?.overlay === null || volumes.every(({ overlay }) => overlay !== null)) return volumes;
  return volumes.toSorted((a, b) => Number(a.overlay !== null) - Number(b.overlay !== null));
}

interface Reader<Value> {
  changed(id: string): void;
  read(): { readonly living: Value[]; readonly unreadable: readonly UnreadableRecord[] };
}

function createReader<Kind extends RecordKind>(items: CaseItems, kind: Kind): Reader<RecordOf[Kind]> {
  type Entry = { readonly id: string; readonly order: number; readonly read: Read<RecordOf[Kind]> };
  const entries = new Map<string, Entry>();
  const stale = new Set(items.ids(kind).keys());
  let latest: ReturnType<Reader<RecordOf[Kind]>['read']> = { living: [], unreadable: [] };
  return {
    changed(id) {
      stale.add(id);
    },
    read() {
      if (stale.size === 0) return latest;
      for (const id of stale) {
        if (items.value(factKey(kind, id, 'alive')) !== true) {
          entries.delete(id);
          continue;
        }
        const order = items.value(factKey(kind, id, 'order'));
        const read = readRecord(kind, items.fields(kind, id));
        entries.set(id, { id, order: typeof order === 'number' ? order : 0, read });
      }
      stale.clear();
      const sorted = [...entries.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
      latest = {
        living: sorted.flatMap(({ read }) => (read.ok ? [read.value] : [])),
        unreadable: sorted.flatMap(({ id, read }) => (read.ok ? [] : [{ kind, id, reason: read.reason }])),
      };
      return latest;
    },
  };
}

function reasonOf(version: unknown): string {
  try {
    checkCaseVersion(version);
    return `version: ${String(version)} has to be migrated first`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/**
 * Two peers that add a segment at the same moment may take one slot. The first in order keeps it, the other gets the
 * highest free one, on every device the same.
 */
function uniqueSlots(segments: SegmentRecord[]): SegmentRecord[] {
  const taken = new Set(segments.map((segment) => segment.slot));
  if (taken.size === segments.length) return segments;
  const kept = new Set<number>();
  let free = LAST_SLOT;
  return segments.map((segment) => {
    if (!kept.has(segment.slot)) {
      kept.add(segment.slot);
      return segment;
    }
    while (taken.has(free)) free--;
    taken.add(free);
    return { ...segment, slot: free };
  });
}
