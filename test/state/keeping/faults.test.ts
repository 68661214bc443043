import { describe, expect, it } from 'vitest';
import { addLayer, openScan, paintBlob, randomAct, seeded, whole } from '../caseFixtures.ts';
import { type Faults, faultyDisk } from './faultyDisk.ts';
import { keptStore, openKept, type Shown, shownOf } from './kept.ts';

/** Places where it fails, in each run; SAMPLES= takes more. */
const SAMPLES = Number(process.env.SAMPLES ?? 16);
const SEED = Number(process.env.SEED ?? 1);
const NONE: Faults = {
  diesAt: Number.POSITIVE_INFINITY,
  share: 0,
  room: Number.POSITIVE_INFINITY,
  flushFails: 0,
  shortWrites: false,
};

interface Told {
  readonly id: string;
  readonly shown: Shown;
}

/**
 * Some forty acts, now and then several at once, and what stood after each. `confirmed`: up to this one all was said to be saved.
 * Logs are written anew every few kilobytes.
 */
async function work(disk: ReturnType<typeof faultyDisk>, seed: number, settle: boolean) {
  const random = seeded(seed);
  const kept = keptStore(disk.root, { compactBytes: 3000 });
  const { store, settled } = kept;
  const told: Told[] = [];
  let confirmed = -1;
  const tell = () => told.push({ id: store.caseId(), shown: shownOf(store) });
  openScan(store, 'v0');
  tell();
  addLayer(store, random, ['liver', 'spleen']);
  tell();
  for (let n = 0; n < 40; n++) {
    const [segment] = store.getState().segments;
    if (n === 24) openScan(store, 'v1');
    else if (random() < 0.2) store.verbs.undo();
    else if (random() < 0.3) addLayer(store, random, [`part ${n}`]);
    else if (random() < 0.4 && segment !== undefined) paintBlob(store, random, segment);
    else randomAct(store, random, n);
    tell();
    if (random() < 0.4) await Promise.resolve();
    if (settle && random() < 0.3 && (await settled()) === 'saved') confirmed = told.length - 1;
  }
  if ((await settled()) === 'saved') confirmed = told.length - 1;
  return { kept, told, confirmed };
}

/** The case that was open at the last act that was said to be saved stands at that act or at a later one, whole. */
async function expectWhole(root: Parameters<typeof openKept>[0], told: readonly Told[], confirmed: number) {
  const last = told[confirmed];
  if (last === undefined || last.id === '') return;
  const found = await openKept(root, last.id);
  const shown = JSON.stringify(found?.shown);
  const at = told.findLastIndex((each) => each.id === last.id && JSON.stringify(each.shown) === shown);
  expect(at, `${last.id} stands at one of its acts`).toBeGreaterThanOrEqual(0);
  expect(at, 'not before the last that was saved').toBeGreaterThanOrEqual(
    told.findIndex((each) => each.id === last.id && JSON.stringify(each.shown) === JSON.stringify(last.shown)),
  );
}

describe('a storage that fails', () => {
  it.each(Array.from({ length: 3 }, (_, n) => SEED + n))(
    'dies at any moment: no act is half there, and none that was saved is lost (seed %i)',
    async (seed) => {
      const all = faultyDisk(NONE);
      await work(all, seed, true);
      const random = seeded(seed + 100);
      for (let n = 0; n < SAMPLES; n++) {
        const diesAt = whole(random, 1, all.changes());
        const disk = faultyDisk({ ...NONE, diesAt, share: random(), shortWrites: n % 4 === 0 });
        const { told, confirmed } = await work(disk, seed, true);
        await expectWhole(await disk.remains(random), told, confirmed);
      }
    },
  );

  it.each([SEED, SEED + 1])('has no room for a while: all of it is there once there is (seed %i)', async (seed) => {
    const all = faultyDisk(NONE);
    await work(all, seed, true);
    const random = seeded(seed + 200);
    for (let n = 0; n < SAMPLES / 2; n++) {
      const faults = { ...NONE, room: whole(random, 0, 40_000), shortWrites: n % 2 === 0 };
      const disk = faultyDisk(faults);
      const { kept, told, confirmed } = await work(disk, seed, n % 3 === 0);
      // The tab may end now: what was saved is there, the rest was never said to be.
      await expectWhole(await disk.remains(random), told, confirmed);
      const before = kept.saves.at(-1);
      expect(['saved', 'full']).toContain(before);
      faults.room = Number.POSITIVE_INFINITY;
      if (before === 'full') kept.retry();
      expect(await kept.settled()).toBe('saved');
      const { id, shown } = told.at(-1) as Told;
      if (id !== '') expect((await openKept(await disk.remains(random), id))?.shown).toEqual(shown);
    }
  });

  it('does not flush now and then: it is said and done again', async () => {
    for (const flushFails of [1, 2, 3, 5, 7]) {
      const faults = { ...NONE, flushFails };
      const disk = faultyDisk(faults);
      const { kept, told, confirmed } = await work(disk, SEED, true);
      await expectWhole(await disk.remains(seeded(flushFails)), told, confirmed);
      expect(kept.saves).toContain('failed');
      faults.flushFails = 0;
      kept.retry();
      expect(await kept.settled()).toBe('saved');
      const { id, shown } = told.at(-1) as Told;
      expect((await openKept(disk.root, id))?.shown).toEqual(shown);
    }
  });
});
