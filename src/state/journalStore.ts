// Where the journal is kept between two openings of the page; behind an interface, since each place has its own.
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type { Operation } from '#core/labelmap/operation.ts';

/** Append-only. Calls are kept in their order; what fails rejects and is told to the user by whoever composes the parts. */
export interface JournalStore {
  append(operations: readonly Operation[]): Promise<void>;
  operations(): Promise<readonly Operation[]>;
  /** First bricks of a layer, by the name that its operation gives. */
  putSnapshot(name: string, labels: LabelmapData): Promise<void>;
  snapshot(name: string): Promise<LabelmapData | null>;
}

/** Gone with the page. */
export function memoryJournalStore(): JournalStore {
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
