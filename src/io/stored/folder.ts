// Where a stored case lies: a folder of files, whatever keeps it (a browser's own storage, a disk, memory).

/** One file, open for writing by one alone. */
export interface StoredFile {
  size(): number;
  /** Gives how many bytes were written, which may be fewer than were given. @throws where nothing more can be written */
  write(bytes: Uint8Array<ArrayBufferLike>, at: number): number;
  truncate(size: number): void;
  /** What was written before is there after a crash of the machine. */
  flush(): void;
  close(): void;
}

export interface StoredEntry {
  readonly name: string;
  readonly bytes: number;
  /** ms since 1970 */
  readonly modifiedAt: number;
}

export interface StoredFolder {
  /** Makes the file where it is not there. */
  open(name: string): Promise<StoredFile>;
  /** Fewer bytes where the file ends before; null where it is not there. Also while it is open for writing. */
  read(name: string, at?: number, length?: number): Promise<Uint8Array<ArrayBuffer> | null>;
  list(): Promise<readonly StoredEntry[]>;
  remove(name: string): Promise<void>;
}

export interface StoredRoot {
  names(): Promise<readonly string[]>;
  /** Makes the folder where it is not there. */
  folder(name: string): Promise<StoredFolder>;
  /** With all that is in it. */
  remove(name: string): Promise<void>;
}

/** All of it, or an error. @throws what the file throws; a RangeError where it takes nothing more without saying why */
export function writeWhole(file: StoredFile, bytes: Uint8Array<ArrayBufferLike>, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    const written = file.write(done === 0 ? bytes : bytes.subarray(done), at + done);
    if (!(written > 0)) throw new RangeError('the file takes no more bytes');
    done += written;
  }
}

/** A file's name for an id that may hold anything. */
export function fileName(kind: 'labels' | 'volume' | 'field', id: string): string {
  return `${kind}-${encodeURIComponent(id).replaceAll('*', '%2A')}`;
}

/** Gone with the page. */
export function memoryRoot(now: () => number): StoredRoot {
  const folders = new Map<string, Map<string, { bytes: Uint8Array<ArrayBuffer>; modifiedAt: number }>>();
  return {
    names: async () => [...folders.keys()],
    async folder(name) {
      const files = folders.get(name) ?? new Map<string, { bytes: Uint8Array<ArrayBuffer>; modifiedAt: number }>();
      folders.set(name, files);
      return {
        async open(file) {
          const held = files.get(file) ?? { bytes: new Uint8Array(0), modifiedAt: now() };
          files.set(file, held);
          const resize = (size: number) => {
            const resized = new Uint8Array(size);
            resized.set(held.bytes.subarray(0, size));
            held.bytes = resized;
          };
          return {
            size: () => held.bytes.length,
            write(bytes, at) {
              if (at + bytes.length > held.bytes.length) resize(at + bytes.length);
              held.bytes.set(bytes, at);
              held.modifiedAt = now();
              return bytes.length;
            },
            truncate: resize,
            flush() {},
            close() {},
          };
        },
        async read(file, at = 0, length = Number.POSITIVE_INFINITY) {
          return files.get(file)?.bytes.slice(at, at + length) ?? null;
        },
        list: async () =>
          [...files].map(([file, { bytes, modifiedAt }]) => ({ name: file, bytes: bytes.length, modifiedAt })),
        async remove(file) {
          files.delete(file);
        },
      };
    },
    async remove(name) {
      folders.delete(name);
    },
  };
}
