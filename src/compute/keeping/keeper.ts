// The worker's side of keeping cases: acts are written in their order as soon as they come, voxels in pieces between them. Where
// there is no room, all of it waits here and is tried again.
import { asVesaliusError, fieldsOf, VesaliusError } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { fileName, type StoredFile, type StoredFolder, type StoredRoot, writeWhole } from '#io/stored/folder.ts';
import { folderName, listCases, PICTURE_FILE } from '#io/stored/listCases.ts';
import { type LoadedCase, loadCase } from '#io/stored/loadCase.ts';
import { buffersOf, sharedBricks } from '#compute/jobs/sharedBricks.ts';
import { type ArraySource, hasArrays, readArrays, writeArrays } from './arraysFile.ts';
import { type CaseWriter, createCaseWriter } from './caseWriter.ts';
import type { Answers, Ask, FromKeeper, SaveState, ToKeeper } from './protocol.ts';

export interface KeeperParts {
  readonly root: StoredRoot;
  readonly post: (message: FromKeeper, transfer?: readonly Transferable[]) => void;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** How long a log may grow before it is written anew. */
  readonly compactBytes?: number;
}

type Written = Extract<ToKeeper, { kind: 'begin' | 'act' }>;
type Arrays = Extract<ToKeeper, { kind: 'arrays' }> & { readonly of: string };

/** Acts of one gesture come sixty times a second; they share a write to the disk. */
const GAP_MS = 100;
const RETRY_MS = 5000;

/** Gives what takes the page's messages. */
export function createKeeper({ root, post, now, wait, compactBytes }: KeeperParts): (message: ToKeeper) => void {
  const acts: Written[] = [];
  const arrays: Arrays[] = [];
  let current: { readonly id: string; readonly folder: StoredFolder; readonly writer: CaseWriter } | null = null;
  let begun = '';
  let piece: { readonly steps: AsyncSteps<void>; readonly file: StoredFile } | null = null;
  const wanted = new Map<number, (bytes: Uint8Array<ArrayBuffer> | null) => void>();
  let lastWant = 0;
  let running = false;
  let lastWrite = 0;
  let told: SaveState | null = null;
  let retries = 0;
  /** Voxels that found no room are not written anew with each act. */
  let arraysWait = false;

  const tell = (save: SaveState, reason = '') => {
    if (told !== save) post({ kind: 'state', save, reason });
    told = save;
  };

  const writeActs = async (): Promise<void> => {
    const [first] = acts;
    if (first === undefined) return;
    if (first.kind === 'begin') {
      if (current?.id !== first.id) {
        current?.writer.close();
        const folder = await root.folder(folderName(first.id));
        current = { id: first.id, folder, writer: createCaseWriter(folder, now, compactBytes) };
      }
      await current.writer.begin(first.title, first.base, first.labels, first.aside);
      acts.shift();
      return;
    }
    const since = now() - lastWrite;
    if (since >= 0 && since < GAP_MS) await wait(GAP_MS - since);
    const next = acts.findIndex(({ kind }) => kind === 'begin');
    const group = acts.slice(0, next < 0 ? acts.length : next) as Extract<ToKeeper, { kind: 'act' }>[];
    await current?.writer.append(
      group.map(({ act }) => act),
      group.flatMap(({ labels }) => labels),
    );
    acts.splice(0, group.length);
    lastWrite = now();
  };

  const sourceOf =
    ({ file, id, arrays: whole }: Arrays): ArraySource =>
    (array, start, length) => {
      if (whole !== null) return whole[array]?.subarray(start, start + length) ?? new Uint8Array(0);
      const want = ++lastWant;
      return new Promise((resolve) => {
        wanted.set(want, resolve);
        post({ kind: 'want', want, file, id, array, start, length });
      });
    };

  const writePiece = async (): Promise<void> => {
    const [job] = arrays;
    if (job === undefined) return;
    const name = fileName(job.file, job.id);
    const folder = await root.folder(folderName(job.of));
    try {
      if (piece === null) {
        if (await hasArrays(folder, name, job.head)) {
          arrays.shift();
          return;
        }
        const file = await folder.open(name);
        piece = { steps: writeArrays(file, job.head, sourceOf(job)), file };
      }
      if ((await piece.steps.next()).done !== true) return;
      piece.file.close();
      piece = null;
      arrays.shift();
    } catch (thrown) {
      // Half a volume is of no use, and its room is.
      piece?.file.close();
      piece = null;
      await folder.remove(name).catch(() => {});
      // The case has let go of it meanwhile: nothing is lacking.
      if (thrown instanceof VesaliusError && thrown.code === 'missing') {
        arrays.shift();
        return;
      }
      arraysWait = true;
      throw thrown;
    }
  };

  const run = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      while (acts.length > 0 || (arrays.length > 0 && !arraysWait)) {
        if (told !== 'full' && told !== 'failed') tell('saving');
        if (acts.length > 0) await writeActs();
        else {
          await writePiece();
          // Acts that came meanwhile go first.
          await wait(0);
        }
      }
      if (arrays.length === 0) tell('saved');
    } catch (thrown) {
      tell(isFull(thrown) ? 'full' : 'failed', thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : '');
      const own = ++retries;
      void wait(RETRY_MS).then(() => {
        if (own === retries) again();
      });
    } finally {
      running = false;
    }
  };

  const again = () => {
    arraysWait = false;
    void run();
  };

  /** A question makes no folder. */
  const known = async (id: string): Promise<StoredFolder> => {
    if ((await root.names()).includes(folderName(id))) return root.folder(folderName(id));
    throw new VesaliusError({
      code: 'missing',
      what: 'stored case',
      where: 'case',
      expected: 'one that is kept on this device',
      got: 'none of that name',
      file: id,
    });
  };

  const answer = async (ask: Ask): Promise<Answers[keyof Answers]> => {
    switch (ask.what) {
      case 'list':
        return listCases(root);
      case 'load':
        return sharing(await loadCase(await known(ask.id)));
      case 'arrays':
        return readArrays(await known(ask.id), fileName(ask.file, ask.of), ask.shared);
      case 'remove':
        if (current?.id === ask.id) {
          current.writer.close();
          current = null;
        }
        await root.remove(folderName(ask.id));
        again();
        return null;
      case 'picture': {
        const file = await (await known(ask.id)).open(PICTURE_FILE);
        try {
          file.truncate(0);
          writeWhole(file, ask.bytes, 0);
        } finally {
          file.close();
        }
        return null;
      }
    }
  };

  return (message) => {
    switch (message.kind) {
      case 'begin':
        begun = message.id;
        acts.push(message);
        break;
      case 'act':
        acts.push(message);
        break;
      case 'arrays':
        arrays.push({ ...message, of: begun });
        break;
      case 'piece':
        wanted.get(message.want)?.(message.bytes);
        wanted.delete(message.want);
        return;
      case 'retry':
        again();
        return;
      case 'ask':
        answer(message.ask).then(
          (result) => post({ kind: 'answer', call: message.call, result }, ownBuffers(result)),
          (thrown) => post({ kind: 'refused', call: message.call, error: fieldsOf(asVesaliusError(thrown)) }),
        );
        return;
    }
    void run();
  };
}

/** Labels in shared memory, where there is any: whoever asked need not copy them. */
function sharing(loaded: LoadedCase): LoadedCase {
  return { ...loaded, layers: loaded.layers.map((layer) => ({ ...layer, labels: sharedBricks(layer.labels) })) };
}

/** Buffers of an answer that are given away with it. */
function ownBuffers(result: Answers[keyof Answers]): ArrayBuffer[] {
  if (result === null || !('kind' in result || 'layers' in result)) return [];
  const buffers: ArrayBufferLike[] = [];
  if ('layers' in result) for (const { labels } of result.layers) buffers.push(...buffersOf(labels));
  else if (result.kind === 'field') buffers.push(result.field.mm.buffer);
  else if (result.kind === 'volume') {
    buffers.push(result.volume.scalars.buffer);
    if (result.volume.rgb) buffers.push(result.volume.rgb.buffer);
  }
  return [...new Set(buffers)].filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}

/** ENOSPC of a disk, the quota of a browser, a file that takes no more. */
function isFull(thrown: unknown): boolean {
  const { name, code } = (thrown ?? {}) as { name?: unknown; code?: unknown };
  return name === 'QuotaExceededError' || code === 'ENOSPC' || code === 'EDQUOT' || thrown instanceof RangeError;
}
