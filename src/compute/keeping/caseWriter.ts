// Writes one stored case: a log that each act is appended to in one piece, files beside it, and now and then a new, shorter log.
// Whatever moment it is stopped at, the folder holds the case as it was after one of its acts.
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import { compareStamps, type LayerOperation } from '#core/labelmap/operation.ts';
import { actBytes, type StoredAct } from '#io/stored/act.ts';
import { addAct, type FoldedActs, foldActs } from '#io/stored/foldCase.ts';
import { fileName, type StoredFile, type StoredFolder, writeWhole } from '#io/stored/folder.ts';
import { frameOf } from '#io/stored/frames.ts';
import { labelsBytes } from '#io/stored/labels.ts';
import { findLog } from '#io/stored/loadCase.ts';
import { MANIFESTS, manifestBytes, STORED_VERSION } from '#io/stored/manifest.ts';

export interface NamedLabels {
  readonly name: string;
  readonly labels: LabelmapData;
}

export interface CaseWriter {
  /** The whole case in a new log, which takes the place of what the folder held. @param aside damaged files to leave there */
  begin(title: string, base: StoredAct, labels: readonly NamedLabels[], aside: readonly string[]): Promise<void>;
  /** Appends; all of them are on the disk when it resolves, and none is half there when it rejects. */
  append(acts: readonly StoredAct[], labels: readonly NamedLabels[]): Promise<void>;
  close(): void;
}

/** A log is written anew when it has grown to this, and to four times what it began with. */
const COMPACT_BYTES = 1 << 22;

interface OpenLog {
  readonly name: string;
  readonly file: StoredFile;
  /** Up to here all frames are whole. */
  bytes: number;
  readonly begun: number;
}

/** @param compactBytes how long a log may grow, for tests */
export function createCaseWriter(folder: StoredFolder, now: () => number, compactBytes = COMPACT_BYTES): CaseWriter {
  let log: OpenLog | null = null;
  let title = '';
  let folded: FoldedActs = { facts: new Map(), operations: [] };
  /** Label files that this writer has written whole and not removed: a name never stands for other labels. */
  const written = new Set<string>();

  const writeFile = async (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<StoredFile> => {
    const file = await folder.open(name);
    try {
      file.truncate(0);
      writeWhole(file, bytes, 0);
      file.flush();
      return file;
    } catch (thrown) {
      // What is not whole only takes room, which may be what is lacking.
      attempt(() => file.truncate(0));
      attempt(() => file.close());
      throw thrown;
    }
  };
  const writeLabels = async (labels: readonly NamedLabels[]): Promise<void> => {
    for (const { name, labels: layer } of labels) {
      const file = fileName('labels', name);
      if (written.has(file)) continue;
      (await writeFile(file, labelsBytes(layer))).close();
      written.add(file);
    }
  };

  const startLog = async (base: StoredAct, leave: readonly string[]): Promise<void> => {
    const found = await findLog(folder);
    const counter = found.counter + 1;
    const name = `log.${counter}`;
    const frame = frameOf(actBytes(base));
    const file = await writeFile(name, frame);
    const aside = [...new Set([...found.aside, ...leave])];
    try {
      const manifest = { stored: STORED_VERSION, counter, log: name, title, savedAt: now(), aside } as const;
      (await writeFile(MANIFESTS[counter % 2] as string, manifestBytes(manifest))).close();
    } catch (thrown) {
      file.close();
      await folder.remove(name).catch(() => {});
      throw thrown;
    }
    log?.file.close();
    log = { name, file, bytes: frame.length, begun: frame.length };
    folded = foldActs([base]);
    // From here on the case is the new log's; what is left over does no harm, and the next time takes it away.
    await sweep(aside).catch(() => {});
  };

  const sweep = async (aside: readonly string[]): Promise<void> => {
    const keep = new Set<string>([...MANIFESTS, ...aside, log?.name ?? '']);
    for (const operation of folded.operations)
      if (operation.kind === 'layer') keep.add(fileName('labels', operation.snapshot));
    for (const key of folded.facts.keys()) {
      const [kind, id = ''] = key.split('/');
      if (kind !== 'volumes') continue;
      keep.add(fileName('volume', id));
      const placed = folded.facts.get(`volumes/${id}/placed`)?.[0] as { field?: unknown } | null | undefined;
      if (typeof placed?.field === 'string') keep.add(fileName('field', placed.field));
    }
    for (const { name } of await folder.list())
      if (/^(log\.|labels-|volume-|field-)/.test(name) && !keep.has(name)) {
        written.delete(name);
        await folder.remove(name);
      }
  };

  /** Labels that finer ones have replaced are needed by nobody. */
  const removeReplaced = async (acts: readonly StoredAct[]): Promise<void> => {
    const touched = new Set(
      acts.flatMap((act) => act.operations.flatMap((o) => (o.kind === 'layer' ? [o.layer] : []))),
    );
    for (const layer of touched) {
      const makers = folded.operations
        .filter((o): o is LayerOperation => o.kind === 'layer' && o.layer === layer)
        .sort(compareStamps);
      for (const { snapshot } of makers.slice(0, -1)) {
        written.delete(fileName('labels', snapshot));
        await folder.remove(fileName('labels', snapshot));
      }
    }
  };

  const writer: CaseWriter = {
    async begin(name, base, labels, aside) {
      title = name;
      await writeLabels(labels);
      await startLog(base, aside);
    },
    async append(acts, labels) {
      if (log === null) throw new Error('a case has to be begun first');
      const open = log;
      await writeLabels(labels);
      try {
        let at = open.bytes;
        for (const act of acts) {
          const frame = frameOf(actBytes(act));
          writeWhole(open.file, frame, at);
          at += frame.length;
        }
        open.file.flush();
        open.bytes = at;
      } catch (thrown) {
        // A reader cuts the torn end off itself where this fails too.
        attempt(() => open.file.truncate(open.bytes));
        throw thrown;
      }
      for (const act of acts) addAct(folded, act);
      await removeReplaced(acts).catch(() => {});
      // A list of cases reads the manifest alone, which is written with a new log.
      const named = folded.facts.get('case/only/title')?.[0];
      const renamed = typeof named === 'string' && named !== title;
      if (renamed) title = named;
      // Where there is no room for the shorter log, the long one goes on.
      if (renamed || open.bytes > Math.max(compactBytes, 4 * open.begun))
        await startLog(compacted(folded), []).catch(() => {});
    },
    close() {
      log?.file.close();
      log = null;
    },
  };
  return writer;
}

/** Facts of living records alone. Operations stay: an undo may still take any of them back. */
function compacted({ facts, operations }: FoldedActs): StoredAct {
  const living = ([key]: readonly [string, unknown]) => {
    const [kind, id] = key.split('/');
    return kind === 'case' || kind === 'heads' || facts.get(`${kind}/${id}/alive`)?.[0] === true;
  };
  return { facts: [...facts].filter(living), operations };
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // What failed before is what is told.
  }
}
