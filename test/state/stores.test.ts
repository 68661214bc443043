import { describe, expect, it } from 'vitest';
import { VesaliusError } from '#core/errors.ts';
import { createJobsStore } from '#state/jobsStore.ts';
import { createSurfaceStore } from '#state/surfaceStore.ts';
import type { SurfaceChunk } from '#state/viewer.ts';
import { createViewStore, defaultView } from '#state/viewStore.ts';

describe('view', () => {
  const memory = (initial: string | null = null) => {
    let kept = initial;
    const set = (_: string, value: string) => {
      kept = value;
    };
    return { get: () => kept, set, now: () => kept };
  };

  it('remembers the person’s choices and nothing else', () => {
    const storage = memory();
    const view = createViewStore(storage);
    view.verbs.set({ tool: 'measure', selection: ['a'] });
    expect(storage.now()).toBeNull();
    view.verbs.set({ theme: 'contrast', leftWidth: 400, tool: 'brush', convention: 'neurological' });
    const again = createViewStore(storage).getState();
    expect(again).toEqual({ ...defaultView, theme: 'contrast', leftWidth: 400, convention: 'neurological' });
  });

  it.each([
    ['nothing', null, {}],
    ['no JSON', '{', {}],
    ['a list', '[1]', {}],
    ['another version', '{"version":9,"theme":"light"}', {}],
    ['one bad field', '{"version":1,"theme":"pink","language":"de","leftWidth":1e9}', { language: 'de' }],
    ['a field that is not remembered', '{"version":1,"tool":"brush","language":"fr"}', { language: 'fr' }],
  ])('stored: %s', (_, stored, expected) => {
    expect(createViewStore(memory(stored)).getState()).toEqual({ ...defaultView, ...expected });
  });

  it('works where storage throws', () => {
    const refuse = () => {
      throw new Error('SecurityError');
    };
    const view = createViewStore({ get: refuse, set: refuse });
    view.verbs.set({ theme: 'light' });
    expect(view.getState().theme).toBe('light');
  });

  it('each wish for the camera is a new one', () => {
    const view = createViewStore(memory());
    view.verbs.lookFrom('front');
    view.verbs.focus('liver');
    view.verbs.focus('liver');
    expect(view.getState().cameraWish).toEqual({ serial: 3, view: null, segment: 'liver' });
  });
});

describe('jobs', () => {
  const timers: { ms: number; then: () => void }[] = [];
  const jobs = () => createJobsStore({ now: () => 77, after: (ms, then) => void timers.push({ ms, then }) });

  it('shows progress while it runs, and is gone afterwards', async () => {
    const store = jobs();
    const seen: string[] = [];
    store.subscribe(({ jobs: [job] }) => seen.push(job === undefined ? 'none' : `${job.stage} ${job.done}/${job.of}`));
    const value = await store.verbs.run('job.reading', 'a.nii', async ({ step }) => {
      step('read', 1, 4);
      expect(store.getState().jobs[0]).toMatchObject({ title: 'job.reading', about: 'a.nii', startedMs: 77 });
      return 5;
    });
    expect(value).toBe(5);
    expect(seen).toEqual([' 0/0', 'read 1/4', 'none']);
    expect(store.getState().errors).toEqual([]);
  });

  it('a failure becomes a card and is thrown on; any error becomes one of ours', async () => {
    const store = jobs();
    const error = new VesaliusError({ code: 'format', what: 'NIfTI', where: 'dim[0]', expected: '1 to 7', got: 9 });
    await expect(store.verbs.run('job.reading', '', () => Promise.reject(error))).rejects.toBe(error);
    await expect(store.verbs.run('job.reading', '', () => Promise.reject(new TypeError('x')))).rejects.toMatchObject({
      code: 'internal',
    });
    const [first, second] = store.getState().errors;
    expect(first?.error).toEqual({ code: 'format', what: 'NIfTI', where: 'dim[0]', expected: '1 to 7', got: 9 });
    expect(second?.error.code).toBe('internal');
    store.verbs.dismissError(first?.id ?? 0);
    expect(store.getState().errors).toEqual([second]);
  });

  it('a cancel aborts the work, rejects as cancelled and is no card', async () => {
    const store = jobs();
    const running = store.verbs.run(
      'job.segmenting',
      '',
      ({ signal, step }) =>
        new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => {
            step('late', 1, 1);
            reject(new Error('aborted'));
          }),
        ),
    );
    store.verbs.cancel(store.getState().jobs[0]?.id ?? 0);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(store.getState()).toMatchObject({ jobs: [], errors: [] });
  });

  it('notices go by themselves', () => {
    const store = jobs();
    timers.length = 0;
    store.verbs.notify('notice.undone', 'Liver');
    store.verbs.notify('notice.redone', 'Liver');
    timers[0]?.then();
    expect(store.getState().notices.map((each) => each.text)).toEqual(['notice.redone']);
  });
});

describe('surfaces', () => {
  const chunk = (id: string): SurfaceChunk => ({
    id,
    detail: 'full',
    place: new Int16Array(4),
    light: new Uint8Array(8),
    triangles: new Uint32Array(3),
    ranges: [],
    centre: [0, 0, 0],
    scale: 1,
  });

  it('are put and removed by id, each change one revision and one new map', () => {
    const store = createSurfaceStore();
    store.put(chunk('a'), chunk('b'));
    const first = store.getState();
    expect(first.revision).toBe(1);
    store.exchange(['a', 'nope'], [chunk('c')]);
    expect([...store.getState().chunks.keys()]).toEqual(['b', 'c']);
    expect([...first.chunks.keys()]).toEqual(['a', 'b']);
    store.remove('nope');
    expect(store.getState().revision).toBe(2);
    store.clear();
    expect(store.getState()).toMatchObject({ revision: 3 });
    expect(store.getState().chunks.size).toBe(0);
  });
});
