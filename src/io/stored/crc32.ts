import { nodeCrc32 } from '../gzip/nodeInflate.ts';

/** Eight bytes at a step (Intel, Slicing-by-8, 2006): voxels of hundreds of megabytes are summed here. */
const tables: readonly Uint32Array[] = slicingTables();

/** CRC-32 of RFC 1952, carried on from `value`. */
export function crc32(data: Uint8Array<ArrayBufferLike>, value = 0): number {
  return nodeCrc32 === undefined ? plainCrc32(data, value) : nodeCrc32(data, value);
}

export function plainCrc32(data: Uint8Array<ArrayBufferLike>, value = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as unknown as readonly [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  // Every index below lies inside its table or the data.
  const at = (table: Uint32Array, n: number) => table[n & 255] as number;
  let c = ~value;
  let n = 0;
  for (const end = data.length - 7; n < end; n += 8) {
    const low =
      c ^
      ((data[n] as number) |
        ((data[n + 1] as number) << 8) |
        ((data[n + 2] as number) << 16) |
        ((data[n + 3] as number) << 24));
    c =
      at(t7, low) ^
      at(t6, low >>> 8) ^
      at(t5, low >>> 16) ^
      at(t4, low >>> 24) ^
      at(t3, data[n + 4] as number) ^
      at(t2, data[n + 5] as number) ^
      at(t1, data[n + 6] as number) ^
      at(t0, data[n + 7] as number);
  }
  for (; n < data.length; n++) c = at(t0, c ^ (data[n] as number)) ^ (c >>> 8);
  return ~c >>> 0;
}

function slicingTables(): Uint32Array[] {
  const made = Array.from({ length: 8 }, () => new Uint32Array(256));
  const [first] = made as [Uint32Array];
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    first[n] = c;
  }
  for (let step = 1; step < 8; step++)
    for (let n = 0; n < 256; n++) {
      const before = (made[step - 1] as Uint32Array)[n] as number;
      (made[step] as Uint32Array)[n] = (first[before & 255] as number) ^ (before >>> 8);
    }
  return made;
}
