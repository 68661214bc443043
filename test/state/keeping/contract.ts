// What every storage of cases has to do, whatever it is made of: run over memory and Node's disk by vitest, and over a browser's
// own storage by a page. Each step has an empty storage of its own.
import { fileName, type StoredRoot } from '#io/stored/folder.ts';
import { folderName, listCases } from '#io/stored/listCases.ts';
import { loadCase } from '#io/stored/loadCase.ts';
import { MANIFESTS, manifestBytes } from '#io/stored/manifest.ts';
import type { Volume } from '#core/volume/volume.ts';
import {
  addLayer,
  openScan,
  paintBlob,
  randomAct,
  SMALL,
  seeded,
  volumeHeader,
  volumeRecord,
} from '../caseFixtures.ts';
import { arraysOf, keptStore, openKept, shownOf } from './kept.ts';

export interface ContractStep {
  readonly name: string;
  run(root: StoredRoot): Promise<void>;
}

export const contract: readonly ContractStep[] = [
  {
    name: 'an empty storage has no cases, and a case that is not there is missing',
    async run(root) {
      same(await listCases(root), []);
      same(await refusal(loadCase(await root.folder('v0'))), 'missing');
    },
  },
  {
    name: 'a case comes back as it was, after each of its acts',
    async run(root) {
      const { store, settled } = keptStore(root);
      const random = seeded(1);
      openScan(store, 'v0');
      addLayer(store, random, ['liver', 'spleen']);
      for (let n = 0; n < 12; n++) {
        const [liver] = store.getState().segments;
        if (liver !== undefined && n % 3 === 0) paintBlob(store, random, liver);
        else if (n % 3 === 1) store.verbs.setWindow({ level: n, width: 100 });
        else if (n === 5) store.verbs.undo();
        else
          store.verbs.addMeasurement({
            kind: 'length',
            name: `m${n}`,
            points: [
              [0, 0, n],
              [9, 0, 0],
            ],
          });
        same(await settled(), 'saved');
        const again = await openKept(root, 'v0');
        same(again?.shown, shownOf(store));
        same(again?.loaded.warnings, []);
      }
    },
  },
  {
    name: 'three hundred random acts, undo and redo among them, with logs written anew: every case as it was when it was left',
    async run(root) {
      const { store, settled } = keptStore(root);
      const random = seeded(2);
      const lefts = new Map<string, ReturnType<typeof shownOf>>();
      openScan(store, 'first');
      for (let n = 0; n < 300; n++) {
        if (n % 40 === 39) openScan(store, `scan${n}`);
        else if (random() < 0.15) store.verbs.undo();
        else if (random() < 0.1) store.verbs.redo();
        else randomAct(store, random, n);
        if (n % 20 === 0) same(await settled(), 'saved');
        // Otherwise several acts are one record, and cases are begun and left within one task.
        else if (random() < 0.5) await Promise.resolve();
        else continue;
        if (store.caseId() !== '') lefts.set(store.caseId(), shownOf(store));
      }
      same(await settled(), 'saved');
      lefts.set(store.caseId(), shownOf(store));
      for (const [id, shown] of lefts) if (id !== '') same((await openKept(root, id))?.shown, shown);
      check(lefts.size > 3, 'several cases');
    },
  },
  ...[true, false].map((shared) => ({
    name: `voxels ${shared ? 'in shared memory ' : ''}come back bit for bit, and a file that is cut is told from a whole one`,
    async run(root: StoredRoot) {
      const { store, settled } = keptStore(root, { withArrays: true });
      const header = { ...volumeHeader('v0'), timepoints: 46 };
      const count = SMALL[0] * SMALL[1] * SMALL[2] * header.timepoints;
      const scalars = Int16Array.from({ length: count }, (_, n) => (n * 7919) % 4000);
      const rgb = Uint8Array.from({ length: 3 * count }, (_, n) => n % 251);
      const volume: Volume = shared
        ? { header, scalars: sharedCopy(scalars), rgb: sharedCopy(rgb) }
        : { header, scalars, rgb };
      store.putVolume('v0', header, volume);
      store.verbs.open('colours', { ...volumeRecord('v0'), timepoints: 46 }, { level: 0, width: 1 }, [0, 0, 0]);
      same(await settled(), 'saved');
      const found = await arraysOf(root, 'v0', 'v0');
      check(found?.kind === 'volume', 'a volume');
      if (found?.kind !== 'volume') return;
      same(found.volume.header, header);
      check(equalBytes(found.volume.scalars, scalars), 'scalars');
      check(found.volume.rgb !== undefined && equalBytes(found.volume.rgb, rgb), 'colours');
      const folder = await root.folder(folderName('v0'));
      const file = await folder.open(fileName('volume', 'v0'));
      file.truncate(file.size() - 1);
      file.close();
      same(await refusal(arraysOf(root, 'v0', 'v0')), 'truncated');
    },
  })),
  {
    name: 'a case is listed with its size and taken away for good',
    async run(root) {
      const keeps = new Map<string, ReturnType<typeof keptStore>>();
      for (const id of ['a*b/c', 'v.1']) {
        const kept = keptStore(root, { name: id.replace('/', '') });
        keeps.set(id, kept);
        openScan(kept.store, id.replace('/', ''));
        same(await kept.settled(), 'saved');
      }
      const listed = await listCases(root);
      same(listed.map(({ id }) => id).sort(), ['a*bc', 'v.1']);
      same(listed.map(({ title }) => title).sort(), ['case a*bc', 'case v.1']);
      check(
        listed.every(({ bytes, state, savedAt }) => bytes > 500 && state === 'whole' && savedAt > 0),
        'sizes',
      );
      await keeps.get('a*b/c')?.remove('a*bc');
      same(
        (await listCases(root)).map(({ id }) => id),
        ['v.1'],
      );
    },
  },
  {
    name: 'a case of a newer program is refused and no byte of it changes',
    async run(root) {
      const { store, settled } = keptStore(root);
      openScan(store, 'v0');
      same(await settled(), 'saved');
      const folder = await root.folder(folderName('v0'));
      const newer = manifestBytes({
        stored: 2,
        counter: 9,
        log: 'log.9',
        title: 'newer',
        savedAt: 1,
        aside: [],
      } as never);
      const file = await folder.open(MANIFESTS[1]);
      file.truncate(0);
      file.write(newer, 0);
      file.close();
      const before = await bytesOf(root, 'v0');
      same(await refusal(loadCase(folder)), 'version');
      same((await listCases(root))[0]?.state, 'newer');
      const other = keptStore(root, { name: 'b' });
      openScan(other.store, 'v0');
      same(await other.settled(), 'failed');
      same(await bytesOf(root, 'v0'), before);
    },
  },
  {
    name: 'a file that is open for writing can be read',
    async run(root) {
      const folder = await root.folder('x');
      const file = await folder.open('log.1');
      file.write(Uint8Array.of(1, 2, 3, 4), 0);
      file.flush();
      same([...((await folder.read('log.1', 1, 2)) ?? [])], [2, 3]);
      same([...((await folder.read('log.1', 3, 9)) ?? [])], [4]);
      same(await folder.read('log.2'), null);
      file.truncate(2);
      same(file.size(), 2);
      file.close();
      same(
        (await folder.list()).map(({ name, bytes }) => [name, bytes]),
        [['log.1', 2]],
      );
      await folder.remove('log.1');
      await folder.remove('log.1');
      same(await folder.list(), []);
    },
  },
];

export async function bytesOf(root: StoredRoot, id: string): Promise<unknown> {
  const folder = await root.folder(folderName(id));
  const files = [...(await folder.list())].map(({ name }) => name).sort();
  return Promise.all(files.map(async (name) => [name, [...((await folder.read(name)) ?? [])].join()]));
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (thrown) {
    return String((thrown as { code?: unknown }).code ?? thrown);
  }
}

function sharedCopy<View extends Int16Array | Uint8Array>(view: View): View {
  const made = view.constructor as new (buffer: SharedArrayBuffer) => View;
  const copy = new made(new SharedArrayBuffer(view.byteLength));
  copy.set(view);
  return copy;
}

function check(condition: boolean, words: string): void {
  if (!condition) throw new Error(`expected ${words}`);
}

/** As JSON: what is stored is JSON, and `undefined` is none. */
function same(got: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(sorted(got)), JSON.stringify(sorted(expected))];
  if (a !== b) throw new Error(`expected ${b?.slice(0, 2000)}\n     got ${a?.slice(0, 2000)}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

function equalBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const [x, y] = [a, b].map((view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)) as [
    Uint8Array,
    Uint8Array,
  ];
  if (x.length !== y.length) return false;
  for (let n = 0; n < x.length; n++) if (x[n] !== y[n]) return false;
  return true;
}
