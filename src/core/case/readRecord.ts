// The border of the case document: a record is parsed when it is read; one that does not parse is kept and shown.
import '../zodWords.ts';
import type * as z from 'zod/mini';
import { MeasurementRecord, SegmentRecord, VolumeRecord } from './schema.ts';

export const recordSchemas = {
  volumes: VolumeRecord,
  segments: SegmentRecord,
  measurements: MeasurementRecord,
} as const;
export type RecordKind = keyof typeof recordSchemas;
export type RecordOf = {
  volumes: VolumeRecord;
  segments: SegmentRecord;
  measurements: MeasurementRecord;
};

export interface UnreadableRecord {
  /** 'volumes', 'segments', 'measurements', or 'case' for what stands once in the document. */
  readonly kind: RecordKind | 'case';
  readonly id: string;
  /** Which field, and what is wrong with it. */
  readonly reason: string;
}

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

export function readRecord<Kind extends RecordKind>(kind: Kind, fields: unknown): Read<RecordOf[Kind]> {
  // The table pairs each kind with the schema of its own record; the compiler cannot see that through the index.
  return readWith(recordSchemas[kind] as unknown as z.ZodMiniType<RecordOf[Kind]>, fields);
}

export function readWith<Value>(schema: z.ZodMiniType<Value>, value: unknown): Read<Value> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') || 'record'}: ${issue?.message ?? 'does not parse'}` };
}
