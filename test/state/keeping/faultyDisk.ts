// A disk in memory that fails where the test says: it dies in the middle of a write, or has no room, or does not flush. What was
// not flushed when it died is there in part: of each file a beginning of its writes, in their order, the last one torn.
import { memoryRoot, type StoredFolder, type StoredRoot } from '#io/stored/folder.ts';
import { type Random, whole } from '../caseFixtures.ts';

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };
interface Disk {
  flushed: Uint8Array<ArrayBuffer>;
  readonly changes: Change[];
}

export interface Faults {
  /** In which change it dies, the how-manieth write, flush, truncation or removal, and after which share of its bytes. */
  diesAt: number;
  share: number;
  /** Bytes that it has room for, all files together. */
  room: number;
  /** Each how-manieth flush fails; 0: none. */
  flushFails: number;
  /** Writes take fewer bytes than they are given. */
  shortWrites: boolean;
}

export class Died extends Error {}

export function faultyDisk(faults: Faults): {
  readonly root: StoredRoot;
  /** Changes so far. */
  changes(): number;
  /** What is found after it died. */
  remains(random: Random): Promise<StoredRoot>;
} {
  const folders = new Map<string, Map<string, Disk>>();
  let changes = 0;
  let flushes = 0;
  let dead = false;

  const live = () => {
    if (dead) throw new Died('the disk is gone');
  };
  /** How many of the bytes of a change are taken. */
  const take = (bytes: number): number => {
    live();
    if (++changes < faults.diesAt) return bytes;
    dead = true;
    return Math.floor(bytes * faults.share);
  };
  const used = () =>
    [...folders.values()]
      .flatMap((files) => [...files.values()])
      .reduce((sum, disk) => sum + contentOf(disk).length, 0);

  const folderOf = (files: Map<string, Disk>): StoredFolder => ({
    async open(name) {
      take(0);
      live();
      const disk = files.get(name) ?? { flushed: new Uint8Array(0), changes: [] };
      files.set(name, disk);
      return {
        size: () => contentOf(disk).length,
        write(given, at) {
          let bytes = faults.shortWrites && given.length > 3 ? given.slice(0, (given.length >> 1) + 1) : given.slice();
          const grows = Math.max(0, at + bytes.length - contentOf(disk).length);
          const lacks = Math.max(0, used() + grows - faults.room);
          if (lacks > 0) bytes = bytes.slice(0, Math.max(0, bytes.length - lacks));
          const went = take(bytes.length);
          if (went > 0) disk.changes.push({ kind: 'write', at, bytes: bytes.slice(0, went) });
          live();
          if (lacks > 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          return bytes.length;
        },
        truncate(size) {
          take(0);
          live();
          disk.changes.push({ kind: 'truncate', size });
        },
        flush() {
          take(0);
          live();
          if (faults.flushFails > 0 && ++flushes % faults.flushFails === 0) throw new Error('input/output error');
          disk.flushed = contentOf(disk);
          disk.changes.length = 0;
        },
        close() {},
      };
    },
    async read(name, at = 0, length = Number.POSITIVE_INFINITY) {
      live();
      const disk = files.get(name);
      return disk === undefined ? null : contentOf(disk).slice(at, at + length);
    },
    async list() {
      live();
      return [...files].map(([name, disk]) => ({ name, bytes: contentOf(disk).length, modifiedAt: 1 }));
    },
    async remove(name) {
      take(0);
      live();
      files.delete(name);
    },
  });

  return {
    root: {
      names: async () => [...folders.keys()],
      async folder(name) {
        live();
        const files = folders.get(name) ?? new Map<string, Disk>();
        folders.set(name, files);
        return folderOf(files);
      },
      async remove(name) {
        folders.delete(name);
      },
    },
    changes: () => changes,
    async remains(random) {
      const root = memoryRoot(() => 1);
      for (const [name, files] of folders) {
        const folder = await root.folder(name);
        for (const [file, disk] of files) {
          const kept = whole(random, 0, disk.changes.length + 1);
          const some = disk.changes.slice(0, kept);
          const last = some.at(-1);
          if (last?.kind === 'write' && random() < 0.5)
            some[some.length - 1] = { ...last, bytes: last.bytes.slice(0, whole(random, 0, last.bytes.length + 1)) };
          const bytes = contentOf({ flushed: disk.flushed, changes: some });
          (await folder.open(file)).write(bytes, 0);
        }
      }
      return root;
    },
  };
}

function contentOf({ flushed, changes }: Disk): Uint8Array<ArrayBuffer> {
  let bytes = flushed.slice();
  const resize = (size: number) => {
    const resized = new Uint8Array(size);
    resized.set(bytes.subarray(0, size));
    bytes = resized;
  };
  for (const change of changes) {
    if (change.kind === 'truncate') resize(change.size);
    else {
      if (change.at + change.bytes.length > bytes.length) resize(change.at + change.bytes.length);
      bytes.set(change.bytes, change.at);
    }
  }
  return bytes;
}
