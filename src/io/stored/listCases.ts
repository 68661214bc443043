import { asVesaliusError } from '#core/errors.ts';
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

/** Newest first. What cannot be read is listed too, so that it can be taken away. */
export async function listCases(root: StoredRoot): Promise<StoredCaseEntry[]> {
  const entries: StoredCaseEntry[] = [];
  for (const name of await root.names()) {
    const folder = await root.folder(name);
    const files = await folder.list();
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const savedAt = files.reduce((last, file) => Math.max(last, file.modifiedAt), 0);
    const about = { id: caseIdOf(name), bytes, savedAt, picture: await folder.read(PICTURE_FILE) };
    try {
      const { log, title } = await findLog(folder);
      entries.push({ ...about, title, state: log === null ? 'damaged' : 'whole' });
    } catch (thrown) {
      entries.push({ ...about, title: '', state: asVesaliusError(thrown).code === 'version' ? 'newer' : 'damaged' });
    }
  }
  return entries.sort((a, b) => b.savedAt - a.savedAt);
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
