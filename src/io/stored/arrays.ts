// Voxels (or a displacement field) as a file: 'VESARR01', u32 length of the header, the header (JSON), u32 CRC-32 of it, zeros to a
// multiple of 16; each array's bytes, little-endian, in the header's order; u32 CRC-32 of those, 'WHOLE.' and two zeros. It is
// written from the front to the end; without its end it is not whole.

import * as z from 'zod/mini';
import { anatomicalCases } from '#core/anatomy/phantomSpec.ts';
import { VesaliusError } from '#core/errors.ts';
import { type Affine, affine } from '#core/space/affine.ts';
import { bytesPerVoxel, type VolumeHeader, volumeFormats, voxelCount } from '#core/volume/volume.ts';
import { crc32 } from './crc32.ts';

const MAGIC = 'VESARR01';
const END = 'WHOLE.\0\0';
export const END_BYTES = 4 + END.length;

const size = z.int().check(z.positive());
/** Loose: a field that a later version of the header brings is kept. */
const VolumeHead = z.looseObject({
  name: z.string(),
  dims: z.tuple([size, size, size]),
  timepoints: size,
  scalarType: z.enum(['u8', 'i16', 'u16', 'f32']),
  slope: z.number(),
  intercept: z.number(),
  rasFromIjk: z.array(z.number()).check(z.length(16)),
  spacing: z.tuple([z.number(), z.number(), z.number()]),
  modality: z.enum(['CT', 'MR', 'PT', 'US', 'CR', 'SEG', 'OT']),
  modalityGuessed: z.boolean(),
  unit: z.string(),
  format: z.enum(volumeFormats),
  synthetic: z.boolean(),
  warnings: z.array(z.object({ code: z.string(), where: z.string(), kept: z.string(), text: z.string() })),
  series: z.optional(
    z.object({
      uid: z.string(),
      number: z.nullable(z.number()),
      description: z.string(),
      date: z.string(),
      frameOfReferenceUid: z.optional(z.string()),
    }),
  ),
  timesMs: z.optional(z.array(z.number())),
  interpolatedSlices: z.optional(z.array(z.number())),
  suvFactor: z.optional(z.number()),
  storedRange: z.tuple([z.number(), z.number()]),
});
/** A sample that is made anew and not stored: what it is made by. */
const Recipe = z.object({ sample: z.enum(anatomicalCases), size, noiseHu: z.number(), seed: z.int() });
export type VolumeRecipe = z.infer<typeof Recipe>;

const Head = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('volume'), volume: VolumeHead, rgb: z.boolean() }),
  z.object({ kind: z.literal('recipe'), volume: VolumeHead, recipe: Recipe }),
  z.object({
    kind: z.literal('field'),
    dims: z.tuple([size, size, size]),
    rasFromIjk: z.array(z.number()).check(z.length(16)),
  }),
]);
type Head = z.infer<typeof Head>;

export type ArraysHead =
  | { readonly kind: 'volume'; readonly header: VolumeHeader; readonly rgb: boolean }
  | { readonly kind: 'recipe'; readonly header: VolumeHeader; readonly recipe: VolumeRecipe }
  | {
      readonly kind: 'field';
      readonly dims: readonly [number, number, number];
      readonly rasFromIjk: Affine<'ras', 'ijk'>;
    };

/** Bytes of each array that follows such a header. */
export function arrayBytes(head: ArraysHead): number[] {
  if (head.kind === 'recipe') return [];
  if (head.kind === 'field') return [12 * voxelCount(head.dims)];
  const count = voxelCount(head.header.dims) * head.header.timepoints;
  return [count * bytesPerVoxel[head.header.scalarType], ...(head.rgb ? [3 * count] : [])];
}

export function arraysHeadBytes(head: ArraysHead): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(plainHead(head)));
  const bytes = new Uint8Array(Math.ceil((MAGIC.length + 8 + json.length) / 16) * 16);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(MAGIC.length, json.length, true);
  bytes.set(json, MAGIC.length + 4);
  view.setUint32(MAGIC.length + 4 + json.length, crc32(json), true);
  return bytes;
}

export function arraysEndBytes(sum: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(END_BYTES);
  new DataView(bytes.buffer).setUint32(0, sum, true);
  bytes.set(new TextEncoder().encode(END), 4);
  return bytes;
}

/** The CRC-32 that the end tells; null where it is none. */
export function readArraysEnd(bytes: Uint8Array): number | null {
  if (bytes.length !== END_BYTES || new TextDecoder().decode(bytes.subarray(4)) !== END) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/**
 * @param bytes the file's first ones, the whole header among them
 * @throws VesaliusError 'truncated', 'checksum' or 'format'
 */
export function readArraysHead(bytes: Uint8Array): { readonly head: ArraysHead; readonly start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16 || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC)
    throw refusal('format', 'first bytes', MAGIC, bytes.length < 16 ? `${bytes.length} bytes` : 'others');
  const length = view.getUint32(MAGIC.length, true);
  const start = Math.ceil((MAGIC.length + 8 + length) / 16) * 16;
  if (start > bytes.length) throw refusal('truncated', 'header', `${start} bytes`, bytes.length);
  const json = bytes.subarray(MAGIC.length + 4, MAGIC.length + 4 + length);
  if (crc32(json) !== view.getUint32(MAGIC.length + 4 + length, true))
    throw refusal('checksum', 'header', 'bytes that fit their check sum', 'others');
  const read = Head.safeParse(parsed(json));
  if (read.success) return { head: headOf(read.data), start };
  const issue = read.error.issues[0];
  throw refusal('format', `header, ${issue?.path.join('.')}`, 'a header of voxels', issue?.message ?? 'another');
}

/** A check sum may fit bytes that are no JSON: then nothing, which no schema takes. */
function parsed(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined;
  }
}

/** Headers are a few kilobytes; those of a long series have a time for each of its timepoints. */
export const HEAD_ROOM = 1 << 20;

/** A header as JSON. The patient's name is shown while the file is open, and is not kept. */
export function plainHeader({ series, rasFromIjk, ...header }: VolumeHeader): object {
  const { patientName: _name, ...facts } = series ?? { patientName: undefined };
  return { ...header, rasFromIjk: [...rasFromIjk.m], ...(series ? { series: facts } : {}) };
}

/** @throws VesaliusError 'format' */
export function readPlainHeader(given: unknown): VolumeHeader {
  const read = VolumeHead.safeParse(given);
  if (read.success) return headerOf(read.data);
  const issue = read.error.issues[0];
  throw refusal('format', `header, ${issue?.path.join('.')}`, 'a header of voxels', issue?.message ?? 'another');
}

const headerOf = (volume: z.infer<typeof VolumeHead>): VolumeHeader =>
  ({ ...volume, rasFromIjk: affine('ras', 'ijk', volume.rasFromIjk) }) as VolumeHeader;

function plainHead(head: ArraysHead): unknown {
  if (head.kind === 'field') return { kind: 'field', dims: head.dims, rasFromIjk: [...head.rasFromIjk.m] };
  const volume = plainHeader(head.header);
  return head.kind === 'recipe'
    ? { kind: 'recipe', volume, recipe: head.recipe }
    : { kind: 'volume', volume, rgb: head.rgb };
}

function headOf(head: Head): ArraysHead {
  if (head.kind === 'field')
    return { kind: 'field', dims: head.dims, rasFromIjk: affine('ras', 'ijk', head.rasFromIjk) };
  const header = headerOf(head.volume);
  return head.kind === 'recipe'
    ? { kind: 'recipe', header, recipe: head.recipe }
    : { kind: 'volume', header, rgb: head.rgb };
}

function refusal(
  code: 'format' | 'checksum' | 'truncated',
  where: string,
  expected: string,
  got: string | number,
): VesaliusError {
  return new VesaliusError({ code, what: 'voxels of a stored case', where, expected, got });
}
