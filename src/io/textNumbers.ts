import { VesaliusError } from '#core/errors.ts';
import { ByteReader, type Chunks } from './byteReader.ts';
import type { GzipEnd } from './gzip/gunzip.ts';
import type { NumberType } from './narrow.ts';
import type { VoxelPlan } from './readVoxels.ts';

const arrays = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
export type TextNumberType = keyof typeof arrays;

export function hasTextNumbers(type: NumberType): type is TextNumberType {
  return type in arrays;
}

/** A plan for numbers that stand as text where `open` begins. */
export function textPlan(
  { open }: Pick<VoxelPlan, 'open'>,
  type: TextNumberType,
  count: number,
  where: string,
): Pick<VoxelPlan, 'open' | 'available' | 'packed'> {
  return {
    available: null,
    packed: null,
    open: async () => new ByteReader<GzipEnd | undefined>(textNumbers(await open(), type, count, where)),
  };
}

/** Longer than any number is written. */
const LONGEST = 400;
/** Numbers handed over at once. */
const BATCH = 1 << 14;
const isBlank = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13) || byte === 44;

/**
 * Numbers written as text, blanks or commas between them, as the bytes that they are in this machine's order. What follows the
 * last of `count` is handed on as it is, so that whoever reads sees that something does.
 * @throws VesaliusError 'format' naming `where`: a word that is no number of this type
 */
export async function* textNumbers<End>(
  reader: ByteReader<End>,
  type: TextNumberType,
  count: number,
  where: string,
): Chunks<End | undefined> {
  let word = '';
  let at = 0;
  let batch = new arrays[type](Math.min(BATCH, count));
  let filled = 0;
  const put = (): void => {
    const value = parsed(word);
    batch[filled] = value;
    // A whole number that does not fit would have been cut without a word.
    if (type !== 'f32' && type !== 'f64' ? batch[filled] !== value : Number.isNaN(value) && !/^[-+]?nan/i.test(word)) {
      const expected = type === 'f32' || type === 'f64' ? 'numbers' : `whole numbers of type ${type}`;
      throw new VesaliusError({ code: 'format', what: 'voxels', where, expected, got: word });
    }
    word = '';
    filled++;
    at++;
  };
  const bytesOf = () => new Uint8Array(batch.buffer, 0, filled * batch.BYTES_PER_ELEMENT);
  try {
    while (at < count) {
      const run = await reader.some(1 << 16);
      if (!run) break;
      for (let n = 0; n < run.length; n++) {
        const byte = run[n] as number;
        if (!isBlank(byte)) {
          word += String.fromCharCode(byte);
          if (word.length > LONGEST)
            throw new VesaliusError({
              code: 'format',
              what: 'voxels',
              where,
              expected: 'numbers',
              got: 'a word without end',
            });
          continue;
        }
        if (word === '') continue;
        put();
        if (at === count) {
          // Blanks at the end are of the text.
          let rest = n + 1;
          while (rest < run.length && isBlank(run[rest] as number)) rest++;
          reader.unread(run.length - rest);
          break;
        }
        if (filled === batch.length) {
          yield bytesOf();
          batch = new arrays[type](Math.min(BATCH, count - at));
          filled = 0;
        }
      }
    }
    if (word !== '' && at < count) put();
    if (filled > 0) yield bytesOf();
    for (;;) {
      const run = await reader.some(1 << 16);
      if (!run) return reader.end?.value;
      if (run.some((byte) => !isBlank(byte))) yield run;
    }
  } finally {
    await reader.close();
  }
}

function parsed(word: string): number {
  const named = /^([-+]?)(inf|infinity)$/i.exec(word);
  if (named) return named[1] === '-' ? -Infinity : Infinity;
  return Number(word);
}
