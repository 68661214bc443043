import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = process.env.VESALIUS_DATA ?? join(import.meta.dirname, '../../shared/data');

/** Full path of a file or folder of the real scans, null where they are not on this machine (the test then skips and says so). */
export function dataFile(path: string): string | null {
  const full = join(root, path);
  return existsSync(full) ? full : null;
}
