// Where the journal goes besides this tab's memory; behind an interface, since whoever keeps it loads after the first picture.
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type { Operation } from '#core/labelmap/operation.ts';

/** Append-only. Calls are kept in their order; what fails rejects and is told to the user by whoever composes the parts. */
export interface JournalStore {
  append(operations: readonly Operation[]): Promise<void>;
  /** First bricks of a layer, by the name that its operation gives. */
  putSnapshot(name: string, labels: LabelmapData): Promise<void>;
}

/** Tells whoever listens of operations, in the very call that makes them; snapshots are asked of the journal. */
export interface JournalFeed extends JournalStore {
  listener: ((operations: readonly Operation[]) => void) | null;
}

export function journalFeed(): JournalFeed {
  const feed: JournalFeed = {
    listener: null,
    async append(operations) {
      feed.listener?.(operations);
    },
    async putSnapshot() {},
  };
  return feed;
}

/** Gone with the page. */
export function memoryJournalStore(): JournalStore & {
  operations(): Promise<readonly Operation[]>;
  snapshot(name: string): Promise<LabelmapData | null>;
} {
  const kept: Operation[] = [];
  const snapshots = new Map<string, LabelmapData>();
  return {
    async append(operations) {
      kept.push(...operations);
    },
    async operations() {
      return kept.slice();
    },
    async putSnapshot(name, labels) {
      snapshots.set(name, labels);
    },
    async snapshot(name) {
      return snapshots.get(name) ?? null;
    },
  };
}
