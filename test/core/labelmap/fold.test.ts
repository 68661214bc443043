import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldLayer, standing } from '#core/labelmap/fold.ts';
import { hashLabelmap, labelmapHash } from '#core/labelmap/hash.ts';
import {
  BRICK_VOXELS,
  type LabelmapData,
  labelmapFromDense,
  labelmapToDense,
  valueAt,
} from '#core/labelmap/labelmap.ts';
import { type Operation, operationId } from '#core/labelmap/operation.ts';
import { editsAt, editsBetween } from '#core/labelmap/paint.ts';
import { readOperation } from '#core/labelmap/readOperation.ts';
import { checkRuns, runsAt, runsBetween, writeRuns } from '#core/labelmap/runs.ts';
import { finish } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';
import { createJournal } from '#state/journal.ts';
import { memoryJournalStore } from '#state/journalStore.ts';

const seed = Number(process.env.SEED ?? 20260101);
const DIMS: Dims = [40, 33, 32];

const dense = (dims: Dims) =>
  fc
    .array(
      fc.tuple(
        fc.nat(dims[0] * dims[1] * dims[2] - 1),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 5 }),
      ),
      {
        maxLength: 12,
      },
    )
    .map((runs) => {
      const labels = new Uint16Array(dims[0] * dims[1] * dims[2]);
      for (const [start, count, value] of runs) labels.fill(value, start, start + count);
      return labels;
    });

const oddDims = fc.tuple(
  fc.integer({ min: 1, max: 70 }),
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 40 }),
);

describe('labelmap', () => {
  it('dense → bricks → dense is the same on any dims, and valueAt reads the same voxel', () => {
    fc.assert(
      fc.property(
        oddDims.chain((dims) => fc.tuple(fc.constant(dims), dense(dims), fc.nat())),
        ([dims, labels, at]) => {
          const map = labelmapFromDense(labels, dims);
          const back = new Uint16Array(labels.length).fill(9);
          labelmapToDense(map, back);
          expect(Buffer.from(back.buffer).equals(Buffer.from(labels.buffer))).toBe(true);
          const n = at % labels.length;
          const [ni, nj] = dims;
          expect(valueAt(map, n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj)))).toBe(labels[n]);
          expect(valueAt(map, -1, 0, 0)).toBe(0);
          expect(valueAt(map, 0, nj, 0)).toBe(0);
        },
      ),
      { seed, numRuns: 60 },
    );
  });
});

describe('runs', () => {
  const brick = dense([32, 32, 32]);

  it('the runs between two bricks turn the one into the other, and only touch what differs', () => {
    fc.assert(
      fc.property(brick, brick, (before, after) => {
        const runs = runsBetween(before, after);
        checkRuns(runs);
        const written = Uint16Array.from(before);
        writeRuns(written, runs);
        expect(Buffer.from(written.buffer).equals(Buffer.from(after.buffer))).toBe(true);
        let touched = 0;
        for (let r = 1; r < runs.length; r += 3) touched += runs[r] as number;
        let different = 0;
        for (let n = 0; n < BRICK_VOXELS; n++) if (before[n] !== after[n]) different++;
        expect(touched).toBe(different);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('uniform bricks are numbers on either side', () => {
    expect([...runsBetween(0, 7)]).toEqual([0, BRICK_VOXELS, 7]);
    expect([...runsBetween(7, 7)]).toEqual([]);
    expect([...runsBetween(new Uint16Array(BRICK_VOXELS).fill(3), 3)]).toEqual([]);
  });

  it('runsAt writes each voxel once, whatever the order', () => {
    expect([...runsAt([5, 3, 4, 4, 9], 2)]).toEqual([3, 3, 2, 9, 1, 2]);
  });

  it.each([
    ['a count of 0', [4, 0, 1], 'count'],
    ['an overlap', [0, 5, 1, 4, 2, 1], 'start'],
    ['an order that falls', [9, 1, 1, 4, 2, 1], 'start'],
    ['an end beyond the brick', [32767, 2, 1], 'end'],
    ['half a triple', [1, 2], 'length'],
  ])('%s is refused by name', (_, runs, where) => {
    expect(() => checkRuns(Uint16Array.from(runs))).toThrow(where);
    expect(
      readOperation({
        kind: 'paint',
        peer: 'a',
        counter: 1,
        lamport: 1,
        layer: 'l',
        edits: [{ brick: 0, runs: Uint16Array.from(runs) }],
      }).ok,
    ).toBe(false);
  });
});

describe('edits', () => {
  it('those between two labelmaps make the second of the first; those at voxels write there and nowhere else', () => {
    const labels = new Uint16Array(40 * 33 * 32);
    const before = labelmapFromDense(labels, DIMS);
    const voxels = [
      [31, 0, 0],
      [32, 0, 0],
      [39, 32, 31],
      [40, 0, 0],
      [-1, 5, 5],
    ] as const;
    for (const [i, j, k] of voxels) if (i >= 0 && i < 40) labels[i + 40 * (j + 33 * k)] = 6;
    const after = labelmapFromDense(labels, DIMS);
    expect(editsAt(DIMS, voxels, 6)).toEqual(editsBetween(before, after));
  });
});

const letters = ['a', 'b', 'c'] as const;
/** A history of three peers: paints, and reverts of anything that stands before them; lamports as a real exchange gives. */
const history = fc
  .array(
    fc.record({
      peer: fc.constantFrom(...letters),
      revert: fc.option(fc.nat(), { freq: 2 }),
      refine: fc.nat(9),
      knows: fc.integer({ min: 0, max: 4 }),
      edits: fc.array(
        fc.record({
          brick: fc.nat(3),
          start: fc.nat(300),
          count: fc.integer({ min: 1, max: 200 }),
          value: fc.nat(4),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((acts) => {
    const operations: Operation[] = [
      { kind: 'layer', peer: 'a', counter: 1, lamport: 1, layer: 'l', dims: DIMS, snapshot: 's' },
    ];
    const counters: Record<string, number> = { a: 1, b: 0, c: 0 };
    for (const { peer, revert, refine, knows, edits } of acts) {
      const counter = (counters[peer] as number) + 1;
      counters[peer] = counter;
      // A peer that has not heard the latest operations stamps its own beside them; after its own it always goes up.
      const heard = operations.filter((o, n) => o.peer === peer || n < operations.length - knows);
      const lamport = Math.max(0, ...heard.map((o) => o.lamport)) + 1;
      const stamp = { peer, counter, lamport };
      if (revert !== null) {
        const target = operations[revert % operations.length] as Operation;
        operations.push({ kind: 'revert', ...stamp, op: operationId(target) });
      } else if (refine === 0) {
        // Any peer may send one; on another grid it counts for nothing.
        const dims: Dims = counter % 2 === 0 ? [33, 40, 32] : DIMS;
        operations.push({ kind: 'layer', ...stamp, layer: 'l', dims, snapshot: 'fine' });
      } else {
        operations.push({
          kind: 'paint',
          ...stamp,
          layer: 'l',
          edits: edits.map(({ brick, start, count, value }) => ({
            brick,
            runs: Uint16Array.of(start, count, value),
          })),
        });
      }
    }
    return operations;
  });

describe('fold', () => {
  const base = labelmapFromDense(new Uint16Array(40 * 33 * 32).fill(2, 5000, 20000), DIMS);
  const fine = labelmapFromDense(new Uint16Array(40 * 33 * 32).fill(3, 3000, 30000), DIMS);
  const snapshot = (name: string): LabelmapData | null => ({ s: base, fine })[name] ?? null;
  const hash = (labels: LabelmapData | null) => (labels === null ? 'none' : labelmapHash(labels));

  it('is the same in any order of delivery, repeats and late snapshots included, plain and incremental', () => {
    fc.assert(
      fc.property(
        history.chain((operations) =>
          fc.tuple(
            fc.constant(operations),
            fc.shuffledSubarray(operations, { minLength: operations.length }),
            fc.nat(operations.length),
            fc.integer({ min: 1, max: 4 }),
          ),
        ),
        ([operations, shuffled, late, piece]) => {
          const expected = hash(foldLayer(operations, 'l', snapshot));
          expect(hash(foldLayer(shuffled, 'l', snapshot))).toBe(expected);
          const journal = createJournal(
            'me',
            memoryJournalStore(),
            () => {},
            () => {},
          );
          for (let n = 0; n < shuffled.length; n += piece) {
            if (n >= late) journal.putSnapshot('fine', fine);
            if (n >= late + 2) journal.putSnapshot('s', base);
            journal.receive(shuffled.slice(Math.max(0, n - 1), n + piece));
          }
          journal.putSnapshot('fine', fine);
          journal.putSnapshot('s', base);
          expect(hash(journal.layer('l')?.labels ?? null)).toBe(expected);
        },
      ),
      { seed, numRuns: 150 },
    );
  });

  it('counts of gained voxels are those of the fold', () => {
    fc.assert(
      fc.property(history, (operations) => {
        const journal = createJournal(
          'me',
          memoryJournalStore(),
          () => {},
          () => {},
        );
        journal.putSnapshot('s', base);
        journal.receive(operations.filter(({ kind }, n) => kind !== 'layer' || n === 0));
        const layer = journal.layer('l');
        if (layer === null) return;
        const count = (labels: LabelmapData, value: number) => {
          const voxels = new Uint16Array(40 * 33 * 32);
          labelmapToDense(labels, voxels);
          return voxels.reduce((sum, voxel) => sum + (voxel === value ? 1 : 0), 0);
        };
        for (const value of [1, 2, 3, 4])
          expect(layer.gained(value)).toBe(count(layer.labels, value) - count(base, value));
      }),
      { seed, numRuns: 25 },
    );
  });

  it('a revert of a revert brings the operation back, and an earlier revert of a later one counts for nothing', () => {
    const paint: Operation = {
      kind: 'paint',
      peer: 'a',
      counter: 1,
      lamport: 2,
      layer: 'l',
      edits: [{ brick: 0, runs: Uint16Array.of(0, 1, 1) }],
    };
    const revert = (counter: number, lamport: number, op: string): Operation => ({
      kind: 'revert',
      peer: 'b',
      counter,
      lamport,
      op,
    });
    expect(standing([paint, revert(1, 3, 'a:1')]).has('a:1')).toBe(false);
    expect(standing([paint, revert(1, 3, 'a:1'), revert(2, 4, 'b:1')]).has('a:1')).toBe(true);
    expect(standing([paint, revert(1, 3, 'a:1'), revert(2, 4, 'b:1'), revert(3, 5, 'a:1')]).has('a:1')).toBe(false);
    expect(standing([paint, revert(1, 1, 'a:1')]).has('a:1')).toBe(true);
  });
});

describe('hash', () => {
  it('is of the content, not of how a brick is stored, and sees one voxel', () => {
    const labels = new Uint16Array(64 * 32 * 32).fill(5);
    const dims: Dims = [64, 32, 32];
    const map = labelmapFromDense(labels, dims);
    expect(map.bricks).toEqual([5, 5]);
    const stored = { dims, bricks: [5, new Uint16Array(BRICK_VOXELS).fill(5)] };
    expect(labelmapHash(stored)).toBe(labelmapHash(map));
    expect(finish(hashLabelmap(map))).toBe(labelmapHash(map));
    const seen = new Set([labelmapHash(map), labelmapHash({ dims: [32, 64, 32], bricks: map.bricks })]);
    for (const n of [0, 1, 2, 31, 32767, 32768, 65535]) {
      const other = Uint16Array.from(labels);
      other[n] = 6;
      seen.add(labelmapHash(labelmapFromDense(other, dims)));
    }
    expect(seen.size).toBe(9);
  });
});
