// What earlier programs stored, and what a device has damaged.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCase } from '#core/case/migrate.ts';
import { CASE_VERSION } from '#core/case/schema.ts';
import { VesaliusError } from '#core/errors.ts';
import { actBytes, readAct, type StoredAct } from '#io/stored/act.ts';
import { fileName, memoryRoot, type StoredFolder } from '#io/stored/folder.ts';
import { frameOf, readFrames } from '#io/stored/frames.ts';
import { labelsBytes, readLabels } from '#io/stored/labels.ts';
import { folderName, listCases } from '#io/stored/listCases.ts';
import { loadCase } from '#io/stored/loadCase.ts';
import { MANIFESTS, manifestBytes, readManifest } from '#io/stored/manifest.ts';
import { plainCrc32 } from '#io/stored/crc32.ts';
import { crc32 } from 'node:zlib';
import { restoreCase } from '#state/keeping/restoreCase.ts';
import { addLayer, boxLayer, openScan, paintBlob, SMALL, seeded } from '../caseFixtures.ts';
import { keptStore, openKept, shownOf } from './kept.ts';

const SEED = Number(process.env.SEED ?? 1);
const memory = () => memoryRoot(() => 1);

async function write(folder: StoredFolder, name: string, bytes: Uint8Array): Promise<void> {
  const file = await folder.open(name);
  file.truncate(0);
  file.write(bytes, 0);
  file.close();
}
async function edit(folder: StoredFolder, name: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array) {
  const bytes = await folder.read(name);
  if (bytes === null) throw new Error(`${name} is not there`);
  await write(folder, name, change(bytes));
}
const flip = (at: number) => (bytes: Uint8Array<ArrayBuffer>) => {
  bytes[at < 0 ? bytes.length + at : at] = (bytes[at < 0 ? bytes.length + at : at] as number) ^ 0x55;
  return bytes;
};

/** A case of a few acts, closed. */
async function aCase() {
  const root = memory();
  const { store, settled } = keptStore(root, { compactBytes: 1 << 20 });
  const random = seeded(SEED);
  openScan(store, 'v0');
  addLayer(store, random, ['liver', 'spleen']);
  await settled();
  const states = [shownOf(store)];
  for (let n = 0; n < 4; n++) {
    const [liver] = store.getState().segments;
    if (liver && n % 2 === 0) paintBlob(store, random, liver);
    else store.verbs.setWindow({ level: n, width: 50 });
    await settled();
    states.push(shownOf(store));
  }
  const folder = await root.folder(folderName('v0'));
  const log = (await folder.list()).find(({ name }) => name.startsWith('log.'))?.name as string;
  const labels = (await folder.list()).find(({ name }) => name.startsWith('labels-'))?.name as string;
  return { root, folder, log, labels, states, store };
}

describe('a kept case', () => {
  it('is listed by the name that it was given, as it was closed, and by the next after an undo', async () => {
    const { root, store } = await aCase();
    const listed = async () => (await listCases(root)).map(({ id, title, state }) => [id, title, state]);
    const kept = keptStore(root);
    restoreCase(kept.store.parts, { ...(await loadCase(await root.folder(folderName('v0')))), id: 'v0' });
    await kept.settled();
    kept.store.verbs.renameCase('Knee before surgery');
    await kept.settled();
    expect(await listed()).toEqual([['v0', 'Knee before surgery', 'whole']]);
    const shown = shownOf(kept.store);
    kept.store.verbs.closeCase();
    await kept.settled();
    expect(await listed()).toEqual([['v0', 'Knee before surgery', 'whole']]);
    expect((await openKept(root, 'v0'))?.shown).toEqual(shown);
    kept.store.verbs.undo();
    kept.store.verbs.undo();
    await kept.settled();
    expect(await listed()).toEqual([['v0', store.getState().title, 'whole']]);
  });

  it('is listed though one of its files is being written just now', async () => {
    const { root } = await aCase();
    let failures = 0;
    const busy = (wanted: number, of: (name: string) => boolean): typeof root => {
      failures = wanted;
      return {
        ...root,
        folder: async (each) => {
          const folder = await root.folder(each);
          const read: StoredFolder['read'] = (name, ...range) => {
            if (of(name) && failures-- > 0) return Promise.reject(new DOMException('changed', 'NotReadableError'));
            return folder.read(name, ...range);
          };
          return { ...folder, read };
        },
      };
    };
    const whole = await listCases(root);
    expect(whole).toMatchObject([{ id: 'v0', state: 'whole' }]);
    expect(await listCases(busy(1, (name) => name === 'picture'))).toEqual(whole);
    expect(await listCases(busy(2, (name) => MANIFESTS.includes(name as never)))).toEqual(whole);
    // One that stays like that is listed too.
    expect(await listCases(busy(Infinity, (name) => name === 'picture'))).toMatchObject([
      { id: 'v0', title: '', state: 'damaged', bytes: whole[0]?.bytes },
    ]);
  });
});

describe('a case that version 1 stored', () => {
  it('opens as today’s, with all that it holds', async () => {
    const v1 = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/case/v1.json'), 'utf8'));
    const root = memory();
    const folder = await root.folder('old');
    await write(folder, 'log.1', readFileSync(join(import.meta.dirname, '../../fixtures/stored/v1.bin')));
    await write(folder, MANIFESTS[1], readFileSync(join(import.meta.dirname, '../../fixtures/stored/v1.manifest')));
    const loaded = await loadCase(folder);
    const expected = readCase(v1);
    expect(loaded.document).toEqual(expected);
    expect(loaded.document.version).toBe(CASE_VERSION);
    expect(loaded.unreadable).toEqual([]);
    const again = await openKept(root, 'old');
    expect(again?.shown.summary.segments.map(({ name }) => name)).toEqual(expected.segments.map(({ name }) => name));
    expect(again?.store.getState().unreadable).toEqual([]);
  });

  it('one of a later version is refused, and stays as it is', async () => {
    const { root, folder, log } = await aCase();
    const act: StoredAct = { facts: [['case/only/version', [CASE_VERSION + 1, 'b', 1]]], operations: [] };
    await edit(folder, log, (bytes) => Buffer.concat([bytes, frameOf(actBytes(act))]));
    const before = Buffer.from((await folder.read(log)) ?? []).toString('hex');
    await expect(loadCase(folder)).rejects.toMatchObject({ code: 'version', got: CASE_VERSION + 1 });
    expect(Buffer.from((await folder.read(log)) ?? []).toString('hex')).toBe(before);
    expect(await listCases(root)).toHaveLength(1);
  });
});

describe('a damaged case', () => {
  it('a torn end is cut at the last whole act, and said', async () => {
    const { root, folder, log, states } = await aCase();
    await edit(folder, log, (bytes) => bytes.subarray(0, bytes.length - 5));
    const again = await openKept(root, 'v0');
    expect(again?.shown).toEqual(states.at(-2));
    expect(again?.loaded.warnings).toMatchObject([{ code: 'log-cut', where: log }]);
  });

  it('one act that is damaged in the middle costs that act alone; the file is kept aside', async () => {
    const { root, folder, log, states, store } = await aCase();
    const frames = readFrames((await folder.read(log)) as Uint8Array).payloads;
    const third = frames.at(-3) as Uint8Array;
    await edit(folder, log, flip(third.byteOffset + third.length - 2));
    const again = await openKept(root, 'v0');
    expect(again?.loaded.warnings).toMatchObject([{ code: 'stored-damaged', where: log }]);
    expect(again?.loaded.aside).toEqual([log]);
    expect(again?.shown.summary.measurements).toEqual(states.at(-1)?.summary.measurements);
    expect(again?.shown.summary.window).toEqual(store.getState().window);
    // Whoever opens it writes it anew, and leaves the damaged log where it is, for good.
    for (let times = 0; times < 3; times++) {
      const next = keptStore(root, { name: `n${times}` });
      if (again) next.keeping.leaveAside('v0', times === 0 ? again.loaded.aside : []);
      openScan(next.store, 'v0');
      await next.settled();
      expect((await folder.list()).map(({ name }) => name)).toContain(log);
    }
  });

  it('labels that are damaged: the rest opens, and the structures are named', async () => {
    const { root, folder, labels } = await aCase();
    await edit(folder, labels, flip(200));
    const again = await openKept(root, 'v0');
    expect(again?.loaded.warnings.map(({ code }) => code)).toEqual(['stored-damaged', 'labels-lost']);
    expect(again?.loaded.warnings[1]?.text).toContain('liver, spleen');
    expect(again?.shown.summary.segments).toHaveLength(2);
    expect(again?.loaded.aside).toEqual([labels]);
  });

  it.each([0, 1])('manifest %i damaged: the case is the other’s, or the newest log’s', async (which) => {
    const { root, folder, states } = await aCase();
    const name = MANIFESTS[which] as string;
    if ((await folder.read(name)) === null) await write(folder, name, Uint8Array.of(1, 2, 3));
    else await edit(folder, name, flip(10));
    expect((await openKept(root, 'v0'))?.shown).toEqual(states.at(-1));
  });

  it('a record that does not parse is kept as it is and shown as unreadable', async () => {
    const { root, folder, log } = await aCase();
    const loaded = await loadCase(folder);
    const id = loaded.document.segments[0]?.id as string;
    const act: StoredAct = { facts: [[`segments/${id}/color`, ['greenish', 'b', 9]]], operations: [] };
    await edit(folder, log, (bytes) => Buffer.concat([bytes, frameOf(actBytes(act))]));
    const again = await openKept(root, 'v0');
    expect(again?.store.getState().unreadable).toMatchObject([{ kind: 'segments', id }]);
    expect(again?.shown.summary.segments).toHaveLength(1);
    expect(again?.loaded.unreadable[0]?.fields).toMatchObject({ color: 'greenish', name: 'liver' });
  });

  it('any byte of any file: an answer or one of our errors, and nothing else', async () => {
    const { folder } = await aCase();
    const names = (await folder.list()).map(({ name }) => name);
    const whole = new Map(await Promise.all(names.map(async (name) => [name, await folder.read(name)] as const)));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (name, place, by, cut) => {
          const damaged = memory();
          const target = await damaged.folder('x');
          for (const [each, bytes] of whole) {
            const copy = (bytes as Uint8Array<ArrayBuffer>).slice();
            const at = place % copy.length;
            if (each === name) copy[at] = (copy[at] as number) ^ by;
            await write(target, each, each === name && cut ? copy.subarray(0, at) : copy);
          }
          try {
            await loadCase(target);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(VesaliusError);
          }
        },
      ),
      { seed: SEED, numRuns: 250 },
    );
  });
});

describe('the parts of a stored case', () => {
  it('frames: whole ones come back; of any cut those before it do', () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 8 });
    fc.assert(
      fc.property(payloads, fc.nat(), (list, place) => {
        const bytes = Buffer.concat(list.map((payload) => frameOf(payload)));
        const ends = list.map((_, n) => list.slice(0, n + 1).reduce((sum, { length }) => sum + length + 8, 0));
        const at = place % (bytes.length + 1);
        const read = readFrames(bytes.subarray(0, at));
        const kept = ends.filter((end) => end <= at).length;
        expect(read.payloads.map((each) => [...each])).toEqual(list.slice(0, kept).map((each) => [...each]));
        expect(read.end).toBe(ends[kept - 1] ?? 0);
        expect(read.damaged).toEqual([]);
      }),
      { seed: SEED },
    );
    expect(readFrames(new Uint8Array(4096)).payloads).toEqual([]);
  });

  it('acts come back as they were, runs and all', () => {
    const act: StoredAct = {
      facts: [
        ['segments/s/color', ['#ffffff', 'peer', 3]],
        ['segments/s/name', null],
      ],
      operations: [
        { kind: 'layer', peer: 'p', counter: 1, lamport: 1, layer: 'l', dims: SMALL, snapshot: 's' },
        {
          kind: 'paint',
          peer: 'p',
          counter: 2,
          lamport: 2,
          layer: 'l',
          edits: [
            { brick: 0, runs: Uint16Array.of(0, 5, 1, 9, 2, 65535) },
            { brick: 7, runs: Uint16Array.of(32767, 1, 2) },
          ],
        },
        { kind: 'revert', peer: 'p', counter: 3, lamport: 3, op: 'p:2' },
      ],
    };
    expect(readAct(actBytes(act))).toEqual({ ...act, unreadable: [] });
  });

  it('labels come back voxel for voxel, noise included', () => {
    const random = seeded(SEED);
    const labels = boxLayer(random, [1, 2, 3]);
    const noise = Uint16Array.from({ length: 32 ** 3 }, () => Math.floor(random() * 65536));
    const bricks = labels.bricks.map((brick, n) => (n === 3 ? noise : n === 4 ? 65535 : brick));
    expect(readLabels(labelsBytes({ dims: SMALL, bricks }))).toEqual({ dims: SMALL, bricks });
  });

  it('a manifest is whole or it is not', () => {
    const manifest = {
      stored: 1,
      counter: 3,
      log: 'log.3',
      title: 'Thorax – ψ',
      savedAt: 5,
      aside: ['log.1'],
    } as const;
    const bytes = manifestBytes({ ...manifest, aside: [...manifest.aside] });
    expect(readManifest(bytes)).toEqual({ kind: 'whole', manifest });
    for (let cut = 0; cut < bytes.length - 1; cut++) expect(readManifest(bytes.subarray(0, cut)).kind).toBe('damaged');
  });

  it('the portable check sum is zlib’s', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(0xffffffff), (bytes, from) => {
        expect(plainCrc32(bytes, from)).toBe(crc32(bytes, from));
      }),
      { seed: SEED },
    );
    expect(fileName('volume', 'a/b*c')).toBe('volume-a%2Fb%2Ac');
  });
});

it('labels that an undone opening had let go come back with the redo', async () => {
  const root = memory();
  const { store, settled } = keptStore(root, { compactBytes: 1 << 20 });
  openScan(store, 'v0');
  const [liver = ''] = addLayer(store, seeded(SEED), ['liver']);
  await settled();
  store.verbs.removeSegments([liver]);
  const steps = store.getState().history.map(({ id }) => id);
  while (store.getState().canUndo) store.verbs.undo();
  await settled();
  // Redone to where the structure is gone, in one task: the case begins anew without its labels.
  store.verbs.goTo(steps.at(-1) as number);
  await settled();
  store.verbs.undo();
  await settled();
  expect((await openKept(root, 'v0'))?.shown).toEqual(shownOf(store));
  expect(store.caseHash()).not.toBe('');
});
