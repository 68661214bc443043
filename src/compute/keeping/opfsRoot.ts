// A browser's own storage (OPFS) as folders of files. In a worker: only there can a file be written at once, without a copy.
import type { StoredFile, StoredFolder, StoredRoot } from '#io/stored/folder.ts';

interface SyncFile {
  getSize(): number;
  write(bytes: ArrayBufferView, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
interface FileHandle {
  readonly kind: 'file';
  createSyncAccessHandle(): Promise<SyncFile>;
  getFile(): Promise<Blob & { readonly lastModified: number }>;
}
interface DirectoryHandle {
  readonly kind: 'directory';
  getDirectoryHandle(name: string, options?: { create: boolean }): Promise<DirectoryHandle>;
  getFileHandle(name: string, options?: { create: boolean }): Promise<FileHandle>;
  removeEntry(name: string, options?: { recursive: boolean }): Promise<void>;
  entries(): AsyncIterable<[string, FileHandle | DirectoryHandle]>;
}

/** A process that has just died holds its files for a moment longer. */
const LOCKED_TRIES = 40;
const LOCKED_WAIT_MS = 50;

export async function opfsRoot(name: string): Promise<StoredRoot> {
  const { storage } = navigator as unknown as { storage: { getDirectory(): Promise<DirectoryHandle> } };
  const root = await (await storage.getDirectory()).getDirectoryHandle(name, { create: true });
  return {
    async names() {
      const names: string[] = [];
      for await (const [each, { kind }] of root.entries()) if (kind === 'directory') names.push(each);
      return names;
    },
    folder: async (each) => opfsFolder(await root.getDirectoryHandle(each, { create: true })),
    remove: (each) => unlessMissing(root.removeEntry(each, { recursive: true })).then(() => undefined),
  };
}

function opfsFolder(folder: DirectoryHandle): StoredFolder {
  return {
    async open(name) {
      const handle = await folder.getFileHandle(name, { create: true });
      const file = await openAlone(handle);
      return {
        size: () => file.getSize(),
        write: (bytes, at) => file.write(bytes, { at }),
        truncate: (size) => file.truncate(size),
        flush: () => file.flush(),
        close: () => file.close(),
      } satisfies StoredFile;
    },
    async read(name, at = 0, length) {
      const handle = await unlessMissing(folder.getFileHandle(name));
      if (handle === null) return null;
      const file = await handle.getFile();
      const end = length === undefined ? file.size : Math.min(file.size, at + length);
      return new Uint8Array(await file.slice(Math.min(at, end), end).arrayBuffer());
    },
    async list() {
      const entries = [];
      for await (const [name, handle] of folder.entries()) {
        if (handle.kind !== 'file') continue;
        const { size, lastModified } = await handle.getFile();
        entries.push({ name, bytes: size, modifiedAt: lastModified });
      }
      return entries;
    },
    remove: (name) => unlessMissing(folder.removeEntry(name)).then(() => undefined),
  };
}

async function openAlone(handle: FileHandle): Promise<SyncFile> {
  for (let tries = 1; ; tries++) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (thrown) {
      const locked = (thrown as Partial<Error>).name === 'NoModificationAllowedError';
      if (!locked || tries === LOCKED_TRIES) throw thrown;
      await new Promise<void>((resolve) => setTimeout(resolve, LOCKED_WAIT_MS));
    }
  }
}

async function unlessMissing<Value>(work: Promise<Value>): Promise<Value | null> {
  try {
    return await work;
  } catch (thrown) {
    if ((thrown as Partial<Error>).name === 'NotFoundError') return null;
    throw thrown;
  }
}
