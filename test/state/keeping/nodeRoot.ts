// A folder of Node's disk as a storage of cases.
import { closeSync, existsSync, fsyncSync, fstatSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFolder, StoredRoot } from '#io/stored/folder.ts';

export function nodeRoot(home: string): StoredRoot {
  return {
    names: async () =>
      (await readdir(home, { withFileTypes: true })).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])),
    async folder(name) {
      mkdirSync(join(home, name), { recursive: true });
      return nodeFolder(join(home, name));
    },
    remove: (name) => rm(join(home, name), { recursive: true, force: true }),
  };
}

function nodeFolder(folder: string): StoredFolder {
  return {
    async open(name) {
      const path = join(folder, name);
      const file = openSync(path, existsSync(path) ? 'r+' : 'w+');
      return {
        size: () => fstatSync(file).size,
        write: (bytes, at) => writeSync(file, bytes, 0, bytes.length, at),
        truncate: (size) => ftruncateSync(file, size),
        flush: () => fsyncSync(file),
        close: () => closeSync(file),
      };
    },
    async read(name, at = 0, length) {
      const path = join(folder, name);
      if (!existsSync(path)) return null;
      const file = await open(path);
      try {
        const { size } = await file.stat();
        const bytes = new Uint8Array(Math.max(0, Math.min(size - at, length ?? size)));
        await file.read(bytes, 0, bytes.length, at);
        return bytes;
      } finally {
        await file.close();
      }
    },
    async list() {
      const names = await readdir(folder);
      return Promise.all(
        names.map(async (name) => {
          const { size, mtimeMs } = await stat(join(folder, name));
          return { name, bytes: size, modifiedAt: mtimeMs };
        }),
      );
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}
