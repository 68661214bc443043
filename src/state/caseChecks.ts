// What the verbs of a case check before they write anything.
import { type Read, type RecordKind, type RecordOf, readRecord } from '#core/case/readRecord.ts';
import type { RasPoint } from '#core/case/schema.ts';
import { VesaliusError } from '#core/errors.ts';
import type { BrickEdit } from '#core/labelmap/operation.ts';
import { checkRuns } from '#core/labelmap/runs.ts';
import { angleDegrees, lengthMm } from '#core/measure/measure.ts';
import { affine } from '#core/space/affine.ts';

/** The values that the edits write. @throws VesaliusError 'usage' or 'format' where an edit is none */
export function checkEdits(edits: readonly BrickEdit[], bricks: number): Set<number> {
  const values = new Set<number>();
  for (const { brick, runs } of edits) {
    if (!Number.isInteger(brick) || brick < 0 || brick >= bricks)
      throw refusal('usage', 'paint', 'brick', `0 to ${bricks - 1}`, brick);
    checkRuns(runs);
    for (let r = 2; r < runs.length; r += 3) values.add(runs[r] as number);
  }
  return values;
}

/** Points that coincide measure nothing: said now, not when the list is drawn. */
export function checkPoints({ points: [a, b, c] }: RecordOf['measurements']): void {
  const unit = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  // The schema has counted them.
  if (c === undefined) lengthMm(unit, a as RasPoint, b as RasPoint);
  else angleDegrees(unit, a as RasPoint, b as RasPoint, c);
}

export function checked<Kind extends RecordKind>(kind: Kind, fields: RecordOf[Kind]): RecordOf[Kind] {
  return parsed(kind, readRecord(kind, fields));
}

export function parsed<Value>(where: string, read: Read<Value>): Value {
  if (read.ok) return read.value;
  throw refusal('usage', 'case', where, 'what the case document allows', read.reason);
}

export function refusal(
  code: 'usage' | 'missing' | 'too-large' | 'internal',
  what: string,
  where: string,
  expected: string,
  got: string | number,
): VesaliusError {
  return new VesaliusError({ code, what, where, expected, got });
}
