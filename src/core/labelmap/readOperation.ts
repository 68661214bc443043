// The border of the journal: what a peer or a storage gives is parsed once, here.
import '../zodWords.ts';
import * as z from 'zod/mini';
import type { Operation } from './operation.ts';
import { checkRuns } from './runs.ts';

const Id = z.string().check(z.minLength(1), z.maxLength(64));
const natural = z.int().check(z.positive());
const stamp = { peer: Id, counter: natural, lamport: natural };
const size = z.int().check(z.positive(), z.maximum(65535));

const Runs = z.instanceof(Uint16Array).check(
  z.refine((runs) => {
    try {
      checkRuns(runs);
      return true;
    } catch {
      return false;
    }
  }, 'runs that ascend, do not overlap and end within the brick'),
);

const OperationRecord = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('layer'), ...stamp, layer: Id, dims: z.tuple([size, size, size]), snapshot: Id }),
  z.strictObject({
    kind: z.literal('paint'),
    ...stamp,
    layer: Id,
    edits: z.array(z.strictObject({ brick: z.int().check(z.nonnegative()), runs: Runs })).check(z.minLength(1)),
  }),
  z.strictObject({ kind: z.literal('revert'), ...stamp, op: z.string().check(z.minLength(3), z.maxLength(90)) }),
]);

export type ReadOperation =
  | { readonly ok: true; readonly value: Operation }
  | { readonly ok: false; readonly reason: string };

/** An operation, or why it is none. Whoever reads a list shows what could not be read and goes on with the rest. */
export function readOperation(given: unknown): ReadOperation {
  const parsed = OperationRecord.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') || 'operation'}: ${issue?.message ?? 'does not parse'}` };
}
