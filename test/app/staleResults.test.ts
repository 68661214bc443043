// What was begun on one scan never ends in another, and work that was called off is begun anew when it is wanted again.
import { describe, expect, it } from 'vitest';
import { createOpener } from '#app/openCase.ts';
import { createSurfaceKeeper } from '#app/surfaceKeeper.ts';
import { makeChunks } from '#app/surfaces.ts';
import { whileOpen } from '#app/whileOpen.ts';
import { createPool, type Pool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { VesaliusError } from '#core/errors.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { createJobsStore } from '#state/jobsStore.ts';
import { createSurfaceStore } from '#state/surfaceStore.ts';
import { fakeSegment } from '../scene/fakeViewer.ts';
import { openScan, SMALL, testCase, volumeHeader } from '../state/caseFixtures.ts';

const jobsStore = () => createJobsStore({ now: () => 0, after: () => undefined });
const codeOf = (thrown: unknown) => (thrown instanceof VesaliusError ? thrown.code : String(thrown));

describe('work on a scan', () => {
  it('is refused by another scan of the same grid, and taken when an undo has brought its own back', () => {
    const store = testCase();
    openScan(store, 'a');
    const stillOpen = whileOpen(store);
    expect(stillOpen).not.toThrow();
    openScan(store, 'b');
    expect(stillOpen).toThrow(expect.objectContaining({ code: 'cancelled' }));
    store.verbs.undo();
    expect(stillOpen).not.toThrow();
  });
});

describe('an opening', () => {
  it('that gives way to a newer one is cancelled, and its question with it', async () => {
    const store = testCase();
    const asked: AbortSignal[] = [];
    // Two scans are listed; nothing is ever read to its end.
    const run = (job: string, [refs]: readonly unknown[], { signal }: { signal?: AbortSignal } = {}) =>
      job === 'listSeries'
        ? Promise.resolve([{ uid: '1' }, { uid: '2' }])
        : job === 'sortSources'
          ? Promise.resolve({ scans: refs, segments: [] })
          : new Promise((_, reject) => {
              signal?.addEventListener('abort', () => reject(new VesaliusError({ ...CANCELLED, what: job })));
            });
    const pool = { size: 1, run, close: () => undefined } as unknown as Pool;
    const [jobs, surfaces] = [jobsStore(), createSurfaceStore()];
    const keeper = createSurfaceKeeper(pool, { case: store, voxels: store.voxels, jobs, surfaces });
    const open = createOpener({
      ...{ pool, store, jobs, surfaces, keeper, shared: false },
      newId: (kind) => kind,
      recipes: new Map(),
      coarser: new Map(),
      stored: () => Promise.reject(new Error('nothing is kept here')),
      ask: (_choices, opening) =>
        new Promise((resolve) => {
          asked.push(opening);
          opening.addEventListener('abort', () => resolve(null));
        }),
    });
    const file = (path: string) => ({ kind: 'file', file: new File([], path), path }) as const;
    const older = open({ refs: [file('a/1'), file('a/2')] }).then(() => 'opened', codeOf);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(asked.map(({ aborted }) => aborted)).toEqual([false]);
    open({ refs: [file('b')] }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(asked[0]?.aborted).toBe(true);
    expect(await older).toBe('cancelled');
  });
});
const CANCELLED = { code: 'cancelled', where: 'job', expected: 'to go on', got: 'a cancel' } as const;

describe('the surface keeper', () => {
  it('begins a layer anew that an undo brings back before the work on it has ended', () => {
    const store = testCase();
    let begun = 0;
    const run = () => {
      begun++;
      return new Promise(() => undefined);
    };
    const pool = { size: 1, run, close: () => undefined } as unknown as Pool;
    const [jobs, surfaces] = [jobsStore(), createSurfaceStore()];
    openScan(store, 'a');
    createSurfaceKeeper(pool, { case: store, voxels: store.voxels, jobs, surfaces });
    const { id: _id, layer: _layer, slot: _slot, ...segment } = fakeSegment(1);
    const dense = new Uint8Array(SMALL[0] * SMALL[1] * SMALL[2]).fill(1, 0, 5000);
    const ids = store.verbs.addLayer(labelmapFromDense(dense, SMALL), [segment], 'history.segmented');
    expect(begun).toBe(1);
    store.verbs.removeSegments(ids);
    store.verbs.undo();
    expect(begun).toBe(2);
  });

  it('draws nothing of a segment without voxels, and fails at nothing', async () => {
    const pool = createPool(spawnNode, 1);
    const count = SMALL[0] * SMALL[1] * SMALL[2];
    const header = volumeHeader('a');
    const chunks = await makeChunks(
      pool,
      {
        layer: 'layer',
        labels: labelmapFromDense(new Uint8Array(count), SMALL),
        volume: { header, scalars: new Int16Array(count) },
        segments: [fakeSegment(1, { isovalue: 180 }), fakeSegment(2)],
      },
      { signal: new AbortController().signal, step: () => undefined, share: 1 },
    ).finally(() => pool.close());
    expect(chunks).toEqual([]);
  });
});
