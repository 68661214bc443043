// A case store whose acts are kept by a keeper over any folder, in one thread; and a stored case opened in a store of its own.
import { readArrays, type StoredArrays } from '#compute/keeping/arraysFile.ts';
import { createKeeper } from '#compute/keeping/keeper.ts';
import type { FromKeeper, SaveState, ToKeeper } from '#compute/keeping/protocol.ts';
import { fileName, type StoredRoot } from '#io/stored/folder.ts';
import { folderName } from '#io/stored/listCases.ts';
import { type LoadedCase, loadCase } from '#io/stored/loadCase.ts';
import { type CaseStore, createCaseStore } from '#state/caseStore.ts';
import { type CaseSummary, caseSummary } from '#state/caseSummary.ts';
import { journalFeed } from '#state/journalStore.ts';
import { type CaseKeeping, keepCase } from '#state/keeping/keepCase.ts';
import { restoreCase } from '#state/keeping/restoreCase.ts';
import { testAmbient } from '../caseFixtures.ts';

export interface Kept {
  readonly store: CaseStore;
  readonly keeping: CaseKeeping;
  readonly saves: readonly SaveState[];
  /** Until nothing waits to be written, or nothing can be. */
  settled(): Promise<SaveState>;
  /** Tries again what found no room. */
  retry(): void;
  /** Takes a case away for good. */
  remove(id: string): Promise<void>;
}

export interface KeptOptions {
  readonly name?: string;
  readonly compactBytes?: number;
  /** Arrays of test volumes are not of the size that their header tells. */
  readonly withArrays?: boolean;
}

export function keptStore(root: StoredRoot, options: KeptOptions = {}): Kept {
  const { name = 'a', compactBytes = 1 << 14, withArrays = false } = options;
  const feed = journalFeed();
  const store = createCaseStore(testAmbient(name), { journalStore: feed });
  const saves: SaveState[] = [];
  let time = 0;
  const take = createKeeper({
    root,
    post: (message: FromKeeper) => {
      if (message.kind === 'state') saves.push(message.save);
      if (message.kind === 'want') keeping.piece(message);
      if (message.kind === 'answer') removed();
    },
    now: () => ++time,
    // Gaps take no time; what is tried again is tried when the test says so.
    wait: (ms) => (ms >= 1000 ? new Promise<void>(() => {}) : Promise.resolve()),
    compactBytes,
  });
  let posted = 0;
  let removed = (): void => {};
  const keeping: CaseKeeping = keepCase({
    store,
    feed,
    post: (message: ToKeeper) => {
      if (message.kind === 'arrays' && !withArrays) return;
      posted++;
      // As a message is: a copy.
      take(withArrays ? message : structuredClone(message));
    },
    recipe: () => null,
    began: () => {},
  });
  const breath = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  return {
    store,
    keeping,
    saves,
    async settled() {
      await Promise.resolve();
      for (let idle = 0, last = -1; idle < 3; ) {
        await breath();
        const state = saves.at(-1);
        const quiet = posted === 0 || (state !== undefined && state !== 'saving');
        idle = quiet && saves.length === last ? idle + 1 : 0;
        last = saves.length;
      }
      return saves.at(-1) ?? 'saved';
    },
    retry: () => take({ kind: 'retry' }),
    remove: (id) =>
      new Promise((resolve) => {
        removed = resolve;
        take({ kind: 'ask', call: 1, ask: { what: 'remove', id } });
      }),
  };
}

export interface Shown {
  readonly summary: CaseSummary;
  readonly hash: string;
}
export const shownOf = (store: CaseStore): Shown => ({
  summary: caseSummary(store.getState()),
  hash: store.caseHash(),
});

/** What a stored case shows once it is opened; null where there is none. */
export async function openKept(
  root: StoredRoot,
  id: string,
): Promise<{ readonly shown: Shown; readonly loaded: LoadedCase; readonly store: CaseStore } | null> {
  if (!(await root.names()).includes(folderName(id))) return null;
  const loaded = await loadCase(await root.folder(folderName(id)));
  const store = createCaseStore(testAmbient('z'));
  restoreCase(store.parts, { ...loaded, id });
  return { shown: shownOf(store), loaded, store };
}

export async function arraysOf(root: StoredRoot, id: string, volume: string): Promise<StoredArrays | null> {
  return readArrays(await root.folder(folderName(id)), fileName('volume', volume), false);
}
