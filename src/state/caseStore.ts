// The open case: a Yjs document for its facts, a journal for its voxels, one undo list over both, projected into a store.
import * as Y from 'yjs';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { checkCaseVersion } from '#core/case/migrate.ts';
import type { CaseDocument, SegmentRecord } from '#core/case/schema.ts';
import { labelmapHash } from '#core/labelmap/hash.ts';
import { affine } from '#core/space/affine.ts';
import type { DisplacementField } from '#core/space/registration.ts';
import { type Volume, type VolumeHeader, voxelVolumeMm3 } from '#core/volume/volume.ts';
import { createCaseItems, factKey } from './caseItems.ts';
import { createProjection } from './caseProjection.ts';
import { createCaseVerbs, type VerbParts } from './caseVerbs.ts';
import { createJournal, type Heads, type Journal } from './journal.ts';
import { type JournalStore, journalFeed } from './journalStore.ts';
import { createUndoList } from './undoList.ts';
import type { CaseState, CaseVerbs, Voxels } from './viewer.ts';
import { createVoxels } from './voxels.ts';

export interface Ambient {
  /** A new id each time, at most 64 characters, without a slash; unique among all peers of the case. */
  newId(kind: string): string;
  now(): number;
}

export interface CaseStoreOptions {
  /** A case that is open elsewhere or was kept; else a new one. */
  readonly document?: Y.Doc;
  readonly journalStore?: JournalStore;
  /** Volumes that only an undo would show are kept up to this; then the oldest steps can no longer be undone. */
  readonly keepBytes?: number;
  /** Told when that happened. */
  readonly forgot?: () => void;
  /** Told when the journal could not be kept. */
  readonly failed?: (thrown: unknown) => void;
}

export type CaseStore = StoreApi<CaseState> & {
  readonly verbs: CaseVerbs;
  readonly document: Y.Doc;
  readonly journal: Journal;
  readonly voxels: Voxels;
  /** What acts are made of, for those that are loaded apart. */
  readonly parts: VerbParts;
  /** Under which the open case is kept on this device; '' while none is open. */
  caseId(): string;
  /** Heads of everybody's journals as the document tells them. */
  toldHeads(): Heads;
  /** Before `open`: the arrays of a volume, kept by reference for as long as the case or an undo may show it. */
  putVolume(id: string, header: VolumeHeader, volume: Volume | null): void;
  /** Before `setPlaced` names it: a displacement field, kept as long as its volume. */
  putField(volume: string, id: string, field: DisplacementField): void;
  /** Content hash of a layer; '' where it does not stand. What was hashed once is remembered by brick. */
  labelsHash(layer: string): string;
  /** Of every layer that a living segment is in, in the order of the segments. */
  caseHash(): string;
  dispose(): void;
};

const DEFAULT_KEEP_BYTES = 2 ** 30;

/** @throws VesaliusError 'version' where the document is of a newer program: nothing is written into it then */
export function createCaseStore(ambient: Ambient, options: CaseStoreOptions = {}): CaseStore {
  const { document = new Y.Doc(), journalStore = journalFeed(), keepBytes = DEFAULT_KEEP_BYTES } = options;
  const peer = ambient.newId('peer');
  let busy = 0;
  let journalChanges = 0;

  const items = createCaseItems(document, peer);
  const version = items.value(factKey('case', 'only', 'version'));
  if (version !== undefined) checkCaseVersion(version);
  const projection = createProjection(items);
  const journal = createJournal(
    peer,
    journalStore,
    () => {
      journalChanges++;
      refresh();
    },
    options.failed ?? (() => {}),
  );
  const undo = createUndoList(items, journal);
  const voxels = createVoxels(journal);
  let spared = 0;
  let countedAt = -1;
  let countedFrom: Pick<CaseDocument, 'segments' | 'volumes'> = { segments: [], volumes: [] };
  let counted: SegmentRecord[] = [];

  /** Voxel counts follow the labels: what the record says of the snapshot, and what was gained since. */
  const countVoxels = (projected: CaseDocument): SegmentRecord[] => {
    const { segments, volumes } = projected;
    if (countedAt === journalChanges && countedFrom.segments === segments && countedFrom.volumes === volumes)
      return counted;
    countedAt = journalChanges;
    countedFrom = { segments, volumes };
    const before = new Map(counted.map((each) => [each.id, each]));
    counted = segments.map((record) => {
      const layer = journal.layer(record.layer);
      const gained = layer?.gained(record.value) ?? 0;
      if (layer === null || gained === 0) return record;
      const count = record.voxels + gained;
      const volume = volumes.find(({ id }) => id === record.volume);
      const volumeMl =
        volume === undefined
          ? (record.volumeMl * count) / Math.max(1, record.voxels)
          : (count * voxelVolumeMm3(affine('ras', 'ijk', volume.rasFromIjk))) / 1000;
      const known = before.get(record.id);
      const next = { ...record, voxels: count, volumeMl };
      return known !== undefined && sameRecord(known, next) ? known : next;
    });
    return counted;
  };

  const project = (revision: number): CaseState => {
    const projected = projection.project();
    return {
      ...projected,
      segments: countVoxels(projected),
      revision,
      canUndo: undo.canUndo,
      canRedo: undo.canRedo,
      history: undo.history(),
      spared,
    };
  };
  const store = createStore<CaseState>()(() => project(0));
  const refresh = () => {
    if (busy === 0) store.setState(project(store.getState().revision + 1), true);
  };

  const unobserve = items.observe((keys) => {
    projection.changed(keys);
    refresh();
  });

  const commit = (work: () => { readonly spared?: number; readonly forgot?: boolean }): void => {
    busy++;
    try {
      items.transact(() => {
        const { spared: left = 0, forgot = false } = work();
        spared = left;
        if (forgot) collect();
        const head = journal.heads[peer];
        if (head !== undefined) items.write(factKey('heads', peer, 'counter'), head);
      });
    } finally {
      busy--;
      refresh();
    }
  };

  /** Lets go of arrays that neither the case nor any step can show again. */
  const collect = () => {
    for (const id of voxels.volumeIds()) {
      const key = factKey('volumes', id, 'alive');
      // A volume that was put and is not open yet has no facts at all.
      if (items.ids('volumes').has(id) && items.value(key) !== true && !undo.reaches(key)) voxels.drop(id);
    }
    const needed = new Set<unknown>();
    for (const id of items.ids('segments').keys()) {
      const key = factKey('segments', id, 'alive');
      const others = items.touchedByOthers('segments', id);
      if (items.value(key) === true || undo.reaches(key) || others) needed.add(items.fields('segments', id).layer);
    }
    for (const layer of journal.ownLayers())
      if (!needed.has(layer) && !journal.paintedByOthers(layer)) journal.dropLayer(layer);
  };

  const opened = () => {
    const held = () => voxels.volumeIds().reduce((sum, id) => sum + voxels.bytes(id), 0);
    const current = () => store.getState().volumes.reduce((sum, { id }) => sum + voxels.bytes(id), 0);
    let forgot = false;
    while (held() - current() > keepBytes) {
      const oldest = undo.stepsOf('history.opened')[0];
      if (oldest === undefined) break;
      undo.forgetThrough(oldest);
      forgot = true;
      commit(() => ({ forgot: true }));
    }
    if (forgot) options.forgot?.();
  };

  const parts: VerbParts = { items, journal, undo, newId: ambient.newId, state: store.getState, commit, opened };
  const verbs = createCaseVerbs(parts);

  const labelsHash = (layer: string): string => {
    const labels = journal.layer(layer)?.labels;
    return labels === undefined ? '' : labelmapHash(labels);
  };

  return Object.assign(store, {
    verbs,
    document,
    journal,
    voxels,
    parts,
    caseId: () => {
      const id = items.value(factKey('case', 'only', 'id'));
      return typeof id === 'string' && store.getState().volumes.length > 0 ? id : '';
    },
    toldHeads: () => {
      const heads: Record<string, number> = {};
      for (const id of items.ids('heads').keys()) {
        const counter = items.value(factKey('heads', id, 'counter'));
        if (typeof counter === 'number') heads[id] = counter;
      }
      return heads;
    },
    putVolume: voxels.put,
    putField: voxels.putField,
    labelsHash,
    caseHash: () => [...new Set(store.getState().segments.map((each) => each.layer))].map(labelsHash).join(' '),
    dispose: unobserve,
  });
}

const sameRecord = (a: SegmentRecord, b: SegmentRecord): boolean =>
  (Object.keys(b) as (keyof SegmentRecord)[]).every((field) => Object.is(a[field], b[field]));
