// A stored case read back from its folder: what is whole, and words for what is not.
import { asVesaliusError, VesaliusError } from '#core/errors.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type { Warning } from '#core/warnings.ts';
import { readAct, type StoredAct } from './act.ts';
import { type FoldedActs, foldActs, foldCase, type StoredCase } from './foldCase.ts';
import { fileName, type StoredFolder } from './folder.ts';
import { readFrames } from './frames.ts';
import { readLabels } from './labels.ts';
import { MANIFESTS, type Manifest, type ReadManifest, readManifest, refuseNewer } from './manifest.ts';

export interface LoadedCase extends StoredCase {
  readonly title: string;
  /** Files that are damaged: whoever writes the case anew leaves them where they are. */
  readonly aside: readonly string[];
}

export interface FoundLog {
  readonly log: string | null;
  readonly counter: number;
  readonly title: string;
  readonly aside: readonly string[];
  /** Manifests that are damaged. */
  readonly damaged: readonly string[];
}

/**
 * The log that is valid now: that of the newer whole manifest; where there is none, the newest log.
 * @throws VesaliusError 'version' where a newer program wrote the case
 */
export async function findLog(folder: StoredFolder): Promise<FoundLog> {
  const manifests: Manifest[] = [];
  const damaged: string[] = [];
  const reads: ReadManifest[] = [];
  for (const name of MANIFESTS) {
    const bytes = await folder.read(name);
    if (bytes === null) continue;
    const read = readManifest(bytes);
    reads.push(read);
    if (read.kind === 'whole') manifests.push(read.manifest);
    else if (read.kind === 'damaged') damaged.push(name);
  }
  for (const read of reads) refuseNewer(read);
  const latest = manifests.sort((a, b) => b.counter - a.counter)[0];
  const logs = (await folder.list()).flatMap(({ name }) => /^log\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  // No number is given twice, so that nothing is written over what was kept aside.
  const counter = Math.max(0, latest?.counter ?? 0, ...logs);
  if (latest !== undefined) return { log: latest.log, counter, title: latest.title, aside: latest.aside, damaged };
  for (const number of logs.sort((a, b) => b - a)) {
    const bytes = await folder.read(`log.${number}`);
    if (bytes !== null && readFrames(bytes).payloads.length > 0)
      return { log: `log.${number}`, counter, title: '', aside: [], damaged };
  }
  return { log: null, counter, title: '', aside: [], damaged };
}

/** @throws VesaliusError 'missing' where there is no case, 'version' where a newer program wrote it */
export async function loadCase(folder: StoredFolder): Promise<LoadedCase> {
  const found = await findLog(folder);
  const bytes = found.log === null ? null : await folder.read(found.log);
  if (found.log === null || bytes === null)
    throw new VesaliusError({
      code: 'missing',
      what: 'stored case',
      where: found.log ?? 'log',
      expected: 'the log of a case',
      got: 'none',
    });
  const warnings: Warning[] = [];
  const aside = new Set(found.aside);
  // A manifest that was cut off while the next one was written is no damage: the other tells the same case.
  if (found.damaged.length === MANIFESTS.length || (found.damaged.length > 0 && found.title === '' && found.log))
    warnings.push(damage(found.damaged.join(', '), 'the newest log', 'is damaged'));
  const acts = actsOf(bytes, found.log, warnings, aside);
  const folded = foldActs(acts);
  const snapshots = await snapshotsOf(folder, folded, warnings, aside);
  const read = foldCase(folded, (name) => snapshots.get(name) ?? null);
  return {
    ...read,
    title: read.document.title || found.title,
    warnings: [...warnings, ...read.warnings],
    aside: [...aside],
  };
}

function actsOf(bytes: Uint8Array, log: string, warnings: Warning[], aside: Set<string>): StoredAct[] {
  const { payloads, end, damaged } = readFrames(bytes);
  const acts: StoredAct[] = [];
  let lost = damaged.length;
  for (const payload of payloads) {
    try {
      const act = readAct(payload);
      lost += act.unreadable.length;
      acts.push(act);
    } catch {
      lost++;
    }
  }
  if (lost > 0) {
    warnings.push(damage(log, 'all other acts', `has ${lost} acts that are damaged`));
    aside.add(log);
  }
  if (end < bytes.length) {
    warnings.push({
      code: 'log-cut',
      where: log,
      kept: `the ${acts.length} records before it`,
      text: `The last record of the stored case was not whole (${bytes.length - end} bytes of ${log}); all before it is there.`,
    });
    // A tail that no crash leaves behind: more than one record may be in it.
    if (bytes.length - end > 1 << 16) aside.add(log);
  }
  return acts;
}

async function snapshotsOf(
  folder: StoredFolder,
  { operations }: FoldedActs,
  warnings: Warning[],
  aside: Set<string>,
): Promise<ReadonlyMap<string, LabelmapData>> {
  const snapshots = new Map<string, LabelmapData>();
  for (const operation of operations) {
    if (operation.kind !== 'layer') continue;
    const name = fileName('labels', operation.snapshot);
    // Coarser labels that were refined since are gone, and needed by nobody.
    const bytes = await folder.read(name);
    if (bytes === null) continue;
    try {
      snapshots.set(operation.snapshot, readLabels(bytes));
    } catch (thrown) {
      const { got } = asVesaliusError(thrown);
      warnings.push(damage(name, 'older labels of the layer, where there are some', `is damaged: ${got}`));
      aside.add(name);
    }
  }
  return snapshots;
}

function damage(where: string, kept: string, what: string): Warning {
  return {
    code: 'stored-damaged',
    where,
    kept,
    text: `${where} of the stored case ${what}; the file is kept as it is.`,
  };
}
