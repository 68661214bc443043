// Keeps the open case on this device and knows the others that are kept. Loaded after the first picture.
import type { Answers, Ask, FromKeeper, ToKeeper } from '#compute/keeping/protocol.ts';
import { VesaliusError } from '#core/errors.ts';
import type { VolumeRecipe } from '#io/stored/arrays.ts';
import { keepCase } from '#state/keeping/keepCase.ts';
import type { CaseStore } from '#state/caseStore.ts';
import type { JournalFeed } from '#state/journalStore.ts';
import type { Viewer } from '#state/viewer.ts';
import { heldCases, holdCase } from './caseLock.ts';
import { forgetLeftOpen, markOpen, unmarkOpen } from './leftOpen.ts';
import { createThumbnails, thumbnail } from './thumbnail.ts';

export interface CaseKeeper {
  ask<What extends keyof Answers>(ask: Extract<Ask, { what: What }>): Promise<Answers[What]>;
  leaveAside(id: string, files: readonly string[]): void;
  look(): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface CaseKeeperParts {
  readonly store: CaseStore;
  readonly feed: JournalFeed;
  readonly keeping: Viewer['keeping'];
  readonly jobs: Viewer['jobs'];
  readonly recipes: ReadonlyMap<string, VolumeRecipe>;
  /** The 3D view as it is drawn now; null while there is none. */
  readonly picture: () => Promise<Blob> | null;
}

/** A worker that died is replaced so many times. */
const DEATHS = 3;

export function createCaseKeeper({ store, feed, keeping, jobs, recipes, picture }: CaseKeeperParts): CaseKeeper {
  const calls = new Map<number, { resolve: (value: never) => void; reject: (thrown: unknown) => void }>();
  let lastCall = 0;
  let deaths = 0;
  let worker = start();
  const post = (message: ToKeeper, transfer: readonly Transferable[] = []) =>
    worker.postMessage(message, [...transfer]);

  function start(): Worker {
    const made = new Worker(new URL('../../workers/storage.worker.ts', import.meta.url), { type: 'module' });
    made.addEventListener('message', ({ data }: MessageEvent<FromKeeper>) => {
      if (data.kind === 'state') return told(data.save);
      if (data.kind === 'want') return kept.piece(data);
      const call = calls.get(data.call);
      calls.delete(data.call);
      if (data.kind === 'answer') call?.resolve(data.result as never);
      else call?.reject(new VesaliusError(data.error));
    });
    made.addEventListener('error', ({ message }) => {
      made.terminate();
      told('failed');
      for (const { reject } of calls.values()) reject(died(message));
      calls.clear();
      // One that dies each time it begins would do so for ever.
      if (++deaths > DEATHS) return;
      worker = start();
      kept.restart();
    });
    return made;
  }

  const told = (save: Exclude<ReturnType<typeof keeping.getState>['save'], 'none'>) => {
    const before = keeping.getState().save;
    if (store.caseId() === '' && save !== 'full') return;
    keeping.setState({ save });
    if (save === 'saved') takePicture();
    if (save === 'full' && before !== 'full') void sayFull(jobs);
    if (save === 'saved' && before === 'full') jobs.verbs.notify('notice.savedAgain', '');
  };

  const takePicture = createThumbnails(async () => {
    const id = store.caseId();
    const drawn = id === '' || jobs.getState().jobs.length > 0 ? null : await picture();
    if (!drawn) return false;
    const bytes = await thumbnail(drawn);
    if (store.caseId() === id) await keeper.ask({ what: 'picture', id, bytes });
    return true;
  });

  const kept = keepCase({
    store,
    feed,
    post,
    recipe: (volume) => recipes.get(volume) ?? null,
    began(id) {
      keeping.setState({ open: id, save: 'saving' });
      // Whoever crashed before this one was not brought back then, and is not later.
      void holdCase(id)
        .then(heldCases)
        .then((cases) => cases && forgetLeftOpen(cases));
      markOpen(id, Date.now());
      askToStay();
    },
  });
  store.subscribe(() => {
    if (keeping.getState().open === '' || store.caseId() !== '') return;
    // Closed: what was told to be kept of it still is.
    keeping.setState({ open: '', save: 'none' });
    markOpen('', Date.now());
  });
  window.addEventListener('pagehide', () => unmarkOpen(keeping.getState().open));
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted && keeping.getState().open) markOpen(keeping.getState().open, Date.now());
  });

  const keeper: CaseKeeper = {
    ask: (ask) =>
      new Promise((resolve, reject) => {
        calls.set(++lastCall, { resolve, reject });
        post({ kind: 'ask', call: lastCall, ask });
      }),
    leaveAside: kept.leaveAside,
    async look() {
      const cases = await keeper.ask({ what: 'list' });
      const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
      const known = usage !== undefined && quota !== undefined;
      keeping.setState({ cases, usage: known ? { used: usage, quota } : null });
    },
    async remove(id) {
      if (id === store.caseId() || !(await holdCase(id)))
        throw new VesaliusError({
          code: 'usage',
          what: 'stored case',
          where: 'case',
          expected: 'one that is not open',
          got: id === store.caseId() ? 'the open one' : 'one that is open in another tab',
        });
      await keeper.ask({ what: 'remove', id });
      await keeper.look();
    },
  };
  return keeper;
}

/** Once, and after an act of the user: some browsers put the question to him. */
function askToStay(): void {
  const ask = () => void navigator.storage?.persist?.().catch(() => undefined);
  if (navigator.userActivation?.hasBeenActive) ask();
  else window.addEventListener('pointerdown', ask, { once: true });
}

/** As a card: it stays until it is closed. What a browser calls the quota may be more than the disk has, so it is not told. */
async function sayFull(jobs: Viewer['jobs']): Promise<void> {
  const { usage = 0 } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  const full = new VesaliusError({
    code: 'io',
    what: 'storage',
    where: 'storage of this device',
    expected: 'room for the case',
    got: `${Math.max(1, Math.round(usage / 1e6))} MB are used, and no more is given`,
  });
  await jobs.verbs.run('job.keeping', '', () => Promise.reject(full)).catch(() => undefined);
}

function died(got: string): VesaliusError {
  return new VesaliusError({ code: 'internal', what: 'storage', where: 'worker', expected: 'an answer', got });
}
