// One act on a case as a record of its log: the facts of the document that it wrote and the operations of the journal that
// belong to it, together, so that no crash ever keeps half of it.
import * as z from 'zod/mini';
import { VesaliusError } from '#core/errors.ts';
import type { Operation } from '#core/labelmap/operation.ts';
import { readOperation } from '#core/labelmap/readOperation.ts';

/** As state/caseItems.ts writes it: JSON value, peer, how-manieth write of that peer. Null: the fact was taken away. */
export type StoredFact = readonly [value: unknown, peer: string, count: number] | null;

export interface StoredAct {
  readonly facts: readonly (readonly [key: string, fact: StoredFact])[];
  readonly operations: readonly Operation[];
}

const Fact = z.nullable(z.tuple([z.unknown(), z.string().check(z.maxLength(64)), z.number()]));
const ActHead = z.object({
  facts: z.array(z.tuple([z.string().check(z.minLength(1), z.maxLength(300)), Fact])),
  operations: z.array(z.record(z.string(), z.unknown())),
});

/** u32 length of the JSON, the JSON, a byte of padding where that is odd, then the runs of all paint as u16. */
export function actBytes({ facts, operations }: StoredAct): Uint8Array<ArrayBuffer> {
  const runs: Uint16Array[] = [];
  const plain = operations.map((operation) => {
    if (operation.kind !== 'paint') return operation;
    const edits = operation.edits.map((edit) => {
      runs.push(edit.runs as Uint16Array);
      return { brick: edit.brick, runs: edit.runs.length };
    });
    return { ...operation, edits };
  });
  const json = new TextEncoder().encode(JSON.stringify({ facts, operations: plain }));
  const start = evenAfter(4 + json.length);
  const bytes = new Uint8Array(start + 2 * runs.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = start;
  for (const list of runs) for (let n = 0; n < list.length; n++, at += 2) view.setUint16(at, list[n] as number, true);
  return bytes;
}

export interface ReadAct extends StoredAct {
  /** Operations that do not parse, each with the reason: shown, and left where they are. */
  readonly unreadable: readonly string[];
}

/** @throws VesaliusError 'format' where the bytes are no act at all */
export function readAct(bytes: Uint8Array): ReadAct {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 4 ? view.getUint32(0, true) : Number.NaN;
  if (!(4 + length <= bytes.length)) throw refusal('length', 'a record that holds its JSON', bytes.length);
  const head = ActHead.safeParse(jsonOf(bytes.subarray(4, 4 + length)));
  if (!head.success) throw refusal('record', 'facts and operations', head.error.issues[0]?.message ?? 'another');
  let at = evenAfter(4 + length);
  const takeRuns = (count: unknown): unknown => {
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || at + 2 * count > bytes.length)
      return count;
    const runs = new Uint16Array(count);
    for (let n = 0; n < count; n++, at += 2) runs[n] = view.getUint16(at, true);
    return runs;
  };
  const operations: Operation[] = [];
  const unreadable: string[] = [];
  for (const given of head.data.operations) {
    const edits = Array.isArray(given.edits)
      ? { edits: given.edits.map((edit) => ({ ...edit, runs: takeRuns(edit?.runs) })) }
      : {};
    const read = readOperation({ ...given, ...edits });
    if (read.ok) operations.push(read.value);
    else unreadable.push(read.reason);
  }
  return { facts: head.data.facts as StoredAct['facts'], operations, unreadable };
}

const evenAfter = (at: number) => at + (at & 1);

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function refusal(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'format', what: 'act of a stored case', where, expected, got });
}
