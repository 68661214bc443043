import { VesaliusError } from '#core/errors.ts';
import type { StoredRoot } from './folder.ts';
import { findLog } from './loadCase.ts';

/** A case on this device, as a list shows it. */
export interface StoredCaseEntry {
  readonly id: string;
  /** '' where it cannot be told. */
  readonly title: string;
  readonly bytes: number;
  /** When something was last written into it, ms since 1970. */
  readonly savedAt: number;
  /** 'newer': a newer program wrote it; 'damaged': there is no log to read it from. */
  readonly state: 'whole' | 'newer' | 'damaged';
  /** A small picture, encoded as the page made it; null: none. */
  readonly picture: Uint8Array<ArrayBuffer> | null;
}

export const PICTURE_FILE = 'picture';

/** Files may be written while they are read here, by this page or one that is ending: then they are read again. */
const TRIES = 3;

/** Newest first. What cannot be read is listed too, so that it can be taken away. */
export async function listCases(root: StoredRoot): Promise<StoredCaseEntry[]> {
  const entries: StoredCaseEntry[] = [];
  for (const name of await root.names()) entries.push(await entryOf(root, name));
  return entries.sort((a, b) => b.savedAt - a.savedAt);
}

async function entryOf(root: StoredRoot, name: string): Promise<StoredCaseEntry> {
  let about = { id: caseIdOf(name), bytes: 0, savedAt: 0, picture: null as StoredCaseEntry['picture'] };
  for (let tries = 1; ; tries++)
    try {
      const folder = await root.folder(name);
      const files = await folder.list();
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const savedAt = files.reduce((last, file) => Math.max(last, file.modifiedAt), 0);
      about = { ...about, bytes, savedAt };
      about = { ...about, picture: await folder.read(PICTURE_FILE) };
      const { log, title } = await findLog(folder);
      return { ...about, title, state: log === null ? 'damaged' : 'whole' };
    } catch (thrown) {
      // Words of ours are about what is there; any other failure may be of the moment.
      const newer = thrown instanceof VesaliusError && thrown.code === 'version';
      if (!(thrown instanceof VesaliusError) && tries < TRIES) continue;
      return { ...about, title: '', state: newer ? 'newer' : 'damaged' };
    }
}

/** The folder of a case. */
export const folderName = (id: string): string => encodeURIComponent(id).replaceAll('*', '%2A').replaceAll('.', '%2E');

function caseIdOf(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
