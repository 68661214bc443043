import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VesaliusError } from '#core/errors.ts';

let serial = 0;

/**
 * Writes a file whole or not at all: into a neighbour first, renamed at the end, so that a failure leaves what was there before.
 * `fill` calls `write` with bytes in order.
 */
export async function writeWhole(
  path: string,
  fill: (write: (bytes: Uint8Array<ArrayBufferLike>) => void) => void | Promise<void>,
): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${process.pid}-${serial++}.part`);
  let file: number;
  try {
    file = openSync(part, 'wx');
  } catch (thrown) {
    throw cannotWrite(path, thrown);
  }
  try {
    await fill((bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 28));
    });
    closeSync(file);
    renameSync(part, path);
  } catch (thrown) {
    try {
      closeSync(file);
    } catch {
      // It was closed already.
    }
    rmSync(part, { force: true });
    throw (thrown as { code?: string }).code?.startsWith('E') ? cannotWrite(path, thrown) : thrown;
  }
}

/** Refuses before the work begins what could not be written after it. */
export function ensureWritable(path: string): void {
  const folder = dirname(path) || '.';
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new VesaliusError({
      code: 'io',
      what: 'output',
      where: 'folder',
      expected: 'an existing folder',
      got: 'none',
      file: basename(path),
    });
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new VesaliusError({
      code: 'io',
      what: 'output',
      where: 'path',
      expected: 'a file',
      got: 'a folder',
      file: basename(path),
    });
  }
}

function cannotWrite(path: string, thrown: unknown): VesaliusError {
  const { code, message } = thrown as { code?: string; message: string };
  return new VesaliusError({
    code: 'io',
    what: 'output',
    where: 'file',
    expected: 'to be writable',
    got: code ?? message,
    file: basename(path),
  });
}
