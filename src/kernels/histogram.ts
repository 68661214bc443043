// Histograms. All pointers are the caller's. Twin: test/twin/histogram.ts

/**
 * Adds `count` int16 voxels to four tables of 65,536 counters (uint32), bin = voxel + 32768. Neighbours are mostly equal: four tables
 * taken in turn keep one counter's load from waiting for its own store. The caller adds the tables up.
 */
export function countI16(source: usize, count: i32, tables: usize): void {
  count16(source, count, tables, 0x8000);
}

/** As countI16, for uint16 voxels, bin = voxel. */
export function countU16(source: usize, count: i32, tables: usize): void {
  count16(source, count, tables, 0);
}

function count16(source: usize, count: i32, tables: usize, flip: u32): void {
  const whole = count & ~3;
  for (let n = 0; n < whole; n += 4) {
    const four = load<u64>(source + ((<usize>n) << 1));
    bump(tables, (<u32>four & 0xffff) ^ flip);
    bump(tables + 0x40000, (<u32>(four >> 16) & 0xffff) ^ flip);
    bump(tables + 0x80000, (<u32>(four >> 32) & 0xffff) ^ flip);
    bump(tables + 0xc0000, <u32>(four >> 48) ^ flip);
  }
  for (let n = whole; n < count; n++) bump(tables, <u32>load<u16>(source + ((<usize>n) << 1)) ^ flip);
}

/** As countI16, for uint8 voxels: four tables of 256. */
export function countU8(source: usize, count: i32, tables: usize): void {
  const whole = count & ~3;
  for (let n = 0; n < whole; n += 4) {
    const four = load<u32>(source + n);
    bump(tables, four & 0xff);
    bump(tables + 0x400, (four >> 8) & 0xff);
    bump(tables + 0x800, (four >> 16) & 0xff);
    bump(tables + 0xc00, four >> 24);
  }
  for (let n = whole; n < count; n++) bump(tables, load<u8>(source + n));
}

/** Bin = floor((voxel − start) · scale), at most bins − 1; below start and NaN are not counted. One table of `bins`. */
export function countF32(source: usize, count: i32, table: usize, bins: i32, start: f32, scale: f32): void {
  for (let n = 0; n < count; n++) {
    const at = (load<f32>(source + ((<usize>n) << 2)) - start) * scale;
    if (at >= 0) bump(table, min<u32>(<u32>at, bins - 1));
  }
}

function bump(table: usize, bin: u32): void {
  const at = table + ((<usize>bin) << 2);
  store<u32>(at, load<u32>(at) + 1);
}
