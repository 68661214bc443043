// Voxels to and from a stored case, a few megabytes at a time: acts get their turn in between.
import { VesaliusError } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { DisplacementField } from '#core/space/registration.ts';
import { scalarsOver, type Volume, type VolumeHeader } from '#core/volume/volume.ts';
import {
  type ArraysHead,
  arrayBytes,
  arraysEndBytes,
  arraysHeadBytes,
  END_BYTES,
  HEAD_ROOM,
  readArraysEnd,
  readArraysHead,
  type VolumeRecipe,
} from '#io/stored/arrays.ts';
import { crc32 } from '#io/stored/crc32.ts';
import { type StoredFile, type StoredFolder, writeWhole } from '#io/stored/folder.ts';

const PIECE = 1 << 22;

/** A piece of the array that is the how-manieth of `arrayBytes(head)`; null where it is not to be had any more. */
export type ArraySource = (
  array: number,
  start: number,
  length: number,
) => Uint8Array<ArrayBufferLike> | Promise<Uint8Array<ArrayBufferLike> | null>;

/** Each step is one piece. @throws VesaliusError 'missing' where a piece is not to be had */
export async function* writeArrays(file: StoredFile, head: ArraysHead, source: ArraySource): AsyncSteps<void> {
  file.truncate(0);
  const first = arraysHeadBytes(head);
  writeWhole(file, first, 0);
  let at = first.length;
  let sum = 0;
  const sizes = arrayBytes(head);
  const total = sizes.reduce((a, b) => a + b, 0);
  for (const [array, size] of sizes.entries())
    for (let start = 0; start < size; start += PIECE) {
      const length = Math.min(PIECE, size - start);
      const piece = await source(array, start, length);
      if (piece?.length !== length) throw refusal('missing', `${length} bytes`, piece?.length ?? 'none', '');
      writeWhole(file, piece, at);
      sum = crc32(piece, sum);
      at += length;
      yield { stage: 'write', done: at - first.length, of: total };
    }
  writeWhole(file, arraysEndBytes(sum), at);
  file.flush();
}

/** Is there a file of that name with this header and all of its bytes? Their check sum is looked at when they are read. */
export async function hasArrays(folder: StoredFolder, name: string, head: ArraysHead): Promise<boolean> {
  const want = arraysHeadBytes(head);
  const size = want.length + arrayBytes(head).reduce((a, b) => a + b, 0) + END_BYTES;
  const there = await folder.read(name, 0, want.length);
  if (there?.length !== want.length || there.some((byte, n) => byte !== want[n])) return false;
  const end = await folder.read(name, size - END_BYTES, END_BYTES + 1);
  return end !== null && readArraysEnd(end) !== null;
}

export type StoredArrays =
  | { readonly kind: 'volume'; readonly volume: Volume }
  | { readonly kind: 'recipe'; readonly header: VolumeHeader; readonly recipe: VolumeRecipe }
  | { readonly kind: 'field'; readonly field: DisplacementField };

/**
 * @param shared into shared memory, so that they need not be copied to whoever asked
 * @returns null where the file is not there
 * @throws VesaliusError 'truncated', 'checksum' or 'format' where it is not whole
 */
export async function readArrays(folder: StoredFolder, name: string, shared: boolean): Promise<StoredArrays | null> {
  const begin = await folder.read(name, 0, HEAD_ROOM);
  if (begin === null) return null;
  const { head, start } = readArraysHead(begin);
  if (head.kind === 'recipe') return { kind: 'recipe', header: head.header, recipe: head.recipe };
  const sizes = arrayBytes(head);
  const buffers = sizes.map((bytes) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)));
  let at = start;
  let sum = 0;
  for (const buffer of buffers)
    for (let done = 0; done < buffer.byteLength; done += PIECE) {
      const length = Math.min(PIECE, buffer.byteLength - done);
      const piece = await folder.read(name, at, length);
      if (piece?.length !== length) throw refusal('truncated', `${length} bytes at ${at}`, piece?.length ?? 0, name);
      new Uint8Array(buffer, done, length).set(piece);
      sum = crc32(piece, sum);
      at += length;
    }
  const told = readArraysEnd((await folder.read(name, at, END_BYTES + 1)) ?? new Uint8Array(0));
  if (told === null) throw refusal('truncated', `an end at ${at}`, 'none', name);
  if (told !== sum) throw refusal('checksum', told.toString(16), sum.toString(16), name);
  // There is a buffer for each size.
  const [first, second] = buffers as [ArrayBufferLike, ArrayBufferLike?];
  if (head.kind === 'field')
    return { kind: 'field', field: { dims: head.dims, rasFromIjk: head.rasFromIjk, mm: new Float32Array(first) } };
  const { header } = head;
  return {
    kind: 'volume',
    volume: {
      header,
      scalars: scalarsOver(header.scalarType, first),
      ...(second ? { rgb: new Uint8Array(second) } : {}),
    },
  };
}

function refusal(
  code: 'truncated' | 'checksum' | 'missing',
  expected: string,
  got: string | number,
  file: string,
): VesaliusError {
  return new VesaliusError({ code, what: 'voxels of a stored case', where: 'voxels', expected, got, file });
}
