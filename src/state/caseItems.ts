// The case document as a Yjs map of single facts: 'segments/ID/color' → [value, peer, count]. A record is there while its
// fact 'alive' is true; one that was removed keeps its other facts, so that bringing it back also brings what a colleague
// wrote to it meanwhile. The stamp tells whose write stands: an undo replaces its own write and nothing later.
import type * as Y from 'yjs';
import type { RecordKind } from '#core/case/readRecord.ts';

export type FactKey = string;
/** JSON value, the peer that wrote it, and the how-manieth write of that peer. */
export type Fact = readonly [value: unknown, peer: string, count: number];

/** One write of a step: what stood before, what stands after. `undefined`: no fact. */
export interface FactChange {
  readonly key: FactKey;
  readonly before: Fact | undefined;
  readonly after: Fact | undefined;
}

export interface CaseItems {
  readonly document: Y.Doc;
  readonly peer: string;
  fact(key: FactKey): Fact | undefined;
  value(key: FactKey): unknown;
  /** Writes a fact of one's own; null where it holds that value already. Inside `transact`. */
  write(key: FactKey, value: unknown): FactChange | null;
  /** Puts `to` where `from` still stands; false where something else does. Inside `transact`. */
  replace(key: FactKey, from: Fact | undefined, to: Fact | undefined): boolean;
  transact(work: () => void): void;
  /** Ids of a kind, removed ones included, with the names of their facts. */
  ids(kind: RecordKind | 'heads'): ReadonlyMap<string, ReadonlySet<string>>;
  /** Makes a record alive. Gives what an undo of that has to know. Inside `transact`. */
  make(kind: RecordKind, record: { readonly id: string }, order: number): FactChange[];
  /** The record as its facts tell it, for a schema to read. */
  fields(kind: RecordKind, id: string): Record<string, unknown>;
  /** Did another peer write one of this record's facts? */
  touchedByOthers(kind: RecordKind, id: string): boolean;
  /** Did another peer bring in a segment, a measurement or a volume over the first that lives? With `volume`: a segment on that one? */
  othersLive(volume?: string): boolean;
  parts(key: FactKey): FactParts;
  observe(listener: (keys: ReadonlySet<FactKey>) => void): () => void;
}

/** Facts of a record that say where it stands, not what it is. */
const OWN_FACTS: ReadonlySet<string> = new Set(['alive', 'order', 'made']);

/** What can be changed one by one has a fact each; all that is settled when a record is made lies together in 'made'. */
const CHANGING: { readonly [Kind in RecordKind]: ReadonlySet<string> } = {
  volumes: new Set(['name', 'overlay', 'placed']),
  segments: new Set(['name', 'color', 'opacity', 'visible', 'group', 'reviewed']),
  measurements: new Set(['name']),
};

export const factKey = (kind: RecordKind | 'case' | 'heads', id: string, field: string): FactKey =>
  `${kind}/${id}/${field}`;

export interface FactParts {
  readonly kind: string;
  readonly id: string;
  readonly field: string;
}

function partsOf(key: FactKey): FactParts {
  const [kind = '', id = '', field = ''] = key.split('/');
  return { kind, id, field };
}

export function createCaseItems(document: Y.Doc, peer: string): CaseItems {
  const map = document.getMap<unknown>('case');
  const index = new Map<string, Map<string, Set<string>>>();
  let count = 0;

  const fact = (key: FactKey): Fact | undefined => asFact(map.get(key));

  // A layer of a hundred segments writes two thousand facts, and each is asked for its parts several times.
  const known = new Map<FactKey, FactParts>();
  const parts = (key: FactKey): FactParts => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = partsOf(key);
    known.set(key, made);
    return made;
  };

  const note = (key: FactKey): void => {
    const { kind, id, field } = parts(key);
    const ofKind = index.get(kind) ?? new Map<string, Set<string>>();
    index.set(kind, ofKind);
    const fields = ofKind.get(id) ?? new Set<string>();
    ofKind.set(id, fields);
    if (map.has(key)) fields.add(field);
    else fields.delete(field);
  };
  for (const key of map.keys()) note(key);
  // Own writes are noted when they are made, so that one transaction may read what it wrote.
  map.observe((event) => {
    for (const key of event.keysChanged) note(key);
  });

  const write = (key: FactKey, value: unknown): FactChange | null => {
    const before = fact(key);
    if (before !== undefined && sameJson(before[0], value)) return null;
    const after: Fact = [value, peer, ++count];
    map.set(key, after);
    note(key);
    return { key, before, after };
  };

  return {
    document,
    peer,
    parts,
    fact,
    value: (key) => fact(key)?.[0],
    write,
    make(kind, record, order) {
      const { id, ...all } = record;
      const fields = Object.entries(all);
      const made = Object.fromEntries(fields.filter(([field]) => !CHANGING[kind].has(field)));
      const facts = [
        ...fields.filter(([field]) => CHANGING[kind].has(field)),
        ['made', made],
        ['order', order],
      ] as const;
      const changes = facts.flatMap(([field, value]) => write(factKey(kind, id, field as string), value) ?? []);
      // A fact that nobody had is harmless once the record is not alive.
      const replaced = changes.filter((change) => change.before !== undefined);
      return [...replaced, ...[write(factKey(kind, id, 'alive'), true) ?? []].flat()];
    },
    replace(key, from, to) {
      if (!sameStamp(fact(key), from)) return false;
      if (to === undefined) map.delete(key);
      else map.set(key, to);
      note(key);
      return true;
    },
    transact(work) {
      document.transact(work, peer);
    },
    ids: (kind) => index.get(kind) ?? new Map(),
    fields(kind, id) {
      const made = fact(factKey(kind, id, 'made'))?.[0];
      const fields: Record<string, unknown> = typeof made === 'object' && made !== null ? { ...made, id } : { id };
      for (const field of index.get(kind)?.get(id) ?? [])
        if (!OWN_FACTS.has(field)) fields[field] = fact(factKey(kind, id, field))?.[0];
      return fields;
    },
    touchedByOthers(kind, id) {
      for (const field of index.get(kind)?.get(id) ?? []) {
        const by = fact(factKey(kind, id, field))?.[1];
        if (by !== undefined && by !== peer) return true;
      }
      return false;
    },
    othersLive(volume) {
      const theirs = (kind: RecordKind, id: string) => {
        const alive = fact(factKey(kind, id, 'alive'));
        return alive?.[0] === true && alive[1] !== peer;
      };
      const ids = (kind: RecordKind) => [...(index.get(kind)?.keys() ?? [])].filter((id) => theirs(kind, id));
      if (volume === undefined) {
        const laidOver = ids('volumes').some((id) => fact(factKey('volumes', id, 'overlay'))?.[0] !== null);
        return laidOver || ids('segments').length + ids('measurements').length > 0;
      }
      return ids('segments').some((id) => {
        const made = fact(factKey('segments', id, 'made'))?.[0];
        return typeof made === 'object' && made !== null && (made as { volume?: unknown }).volume === volume;
      });
    },
    observe(listener) {
      const heard = (event: Y.YMapEvent<unknown>) => listener(event.keysChanged as ReadonlySet<string>);
      map.observe(heard);
      return () => map.unobserve(heard);
    },
  };
}

/** A peer may have written anything: what is no fact reads as one without value, which no schema accepts. */
function asFact(stored: unknown): Fact | undefined {
  if (stored === undefined) return undefined;
  if (!Array.isArray(stored) || typeof stored[1] !== 'string' || typeof stored[2] !== 'number') return [null, '?', 0];
  return stored as unknown as Fact;
}

function sameStamp(a: Fact | undefined, b: Fact | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a[1] === b[1] && a[2] === b[2]);
}

/** Equal as JSON, whatever the order of an object's keys. */
function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && sameJson((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
