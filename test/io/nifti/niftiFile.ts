/** Bytes of a NIfTI file field by field, so that a test says only what it is about. */
export interface NiftiFields {
  readonly version?: 1 | 2;
  readonly little?: boolean;
  readonly dim?: readonly number[];
  readonly datatype?: number;
  readonly bitpix?: number;
  readonly pixdim?: readonly number[];
  readonly voxOffset?: number;
  readonly slope?: number;
  readonly inter?: number;
  readonly units?: number;
  readonly qformCode?: number;
  readonly sformCode?: number;
  readonly quatern?: readonly number[];
  readonly qoffset?: readonly number[];
  readonly srow?: readonly number[];
  readonly magic?: string;
  /** One per voxel, in the type of `datatype`. */
  readonly values?: readonly (number | bigint)[];
}

type Write = (view: DataView, at: number, value: number | bigint, little: boolean) => void;
const number =
  (name: 'Int8' | 'Uint8' | 'Int16' | 'Uint16' | 'Int32' | 'Uint32' | 'Float32' | 'Float64'): Write =>
  (view, at, value, little) =>
    view[`set${name}`](at, Number(value), little);
export const datatypes: Readonly<Record<number, readonly [bytes: number, write: Write]>> = {
  2: [1, number('Uint8')],
  4: [2, number('Int16')],
  8: [4, number('Int32')],
  16: [4, number('Float32')],
  64: [8, number('Float64')],
  256: [1, number('Int8')],
  512: [2, number('Uint16')],
  768: [4, number('Uint32')],
  1024: [8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
  1280: [8, (view, at, value, little) => view.setBigUint64(at, BigInt(value), little)],
};

/** 2×3×4 int16 of 0…23, identity sform, unless told. */
export function niftiFile(fields: NiftiFields = {}): Uint8Array<ArrayBuffer> {
  const { version = 1, little = true, datatype = 4, slope = 1, inter = 0, units = 2 } = fields;
  const dim = fields.dim ?? [3, 2, 3, 4, 1, 1, 1, 1];
  const [size, write] = datatypes[datatype] ?? [2, number('Int16')];
  const values = fields.values ?? Array.from({ length: 24 }, (_, n) => n);
  const voxOffset = fields.voxOffset ?? (version === 1 ? 352 : 544);
  const start = voxOffset >= 352 && voxOffset < 4096 ? Math.floor(voxOffset) : 352;
  const bytes = new Uint8Array(Math.max(start, version === 1 ? 348 : 540) + values.length * size);
  const view = new DataView(bytes.buffer);
  const bitpix = fields.bitpix ?? 8 * size;
  const pixdim = fields.pixdim ?? [1, 1, 1, 1, 1, 1, 1, 1];
  const codes = [fields.qformCode ?? 0, fields.sformCode ?? 1];
  const quatern = [...(fields.quatern ?? [0, 0, 0]), ...(fields.qoffset ?? [0, 0, 0])];
  const srow = fields.srow ?? [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const magic = fields.magic ?? `n+${version}\0`;
  const i16 = (at: number, value: number) => view.setInt16(at, value, little);
  const i32 = (at: number, value: number) => view.setInt32(at, value, little);
  const f32 = (at: number, value: number) => view.setFloat32(at, value, little);
  const f64 = (at: number, value: number) => view.setFloat64(at, value, little);
  const i64 = (at: number, value: number) => view.setBigInt64(at, BigInt(value), little);
  if (version === 1) {
    i32(0, 348);
    for (const [n, value] of dim.entries()) i16(40 + 2 * n, value);
    i16(70, datatype);
    i16(72, bitpix);
    for (const [n, value] of pixdim.entries()) f32(76 + 4 * n, value);
    for (const [n, value] of [voxOffset, slope, inter].entries()) f32(108 + 4 * n, value);
    bytes[123] = units;
    for (const [n, value] of codes.entries()) i16(252 + 2 * n, value);
    for (const [n, value] of [...quatern, ...srow].entries()) f32(256 + 4 * n, value);
    bytes.set(new TextEncoder().encode(magic), 344);
  } else {
    i32(0, 540);
    bytes.set([...new TextEncoder().encode(magic), 0x0d, 0x0a, 0x1a, 0x0a], 4);
    i16(12, datatype);
    i16(14, bitpix);
    for (const [n, value] of dim.entries()) i64(16 + 8 * n, value);
    for (const [n, value] of pixdim.entries()) f64(104 + 8 * n, value);
    i64(168, voxOffset);
    f64(176, slope);
    f64(184, inter);
    for (const [n, value] of codes.entries()) i32(344 + 4 * n, value);
    for (const [n, value] of [...quatern, ...srow].entries()) f64(352 + 8 * n, value);
    i32(500, units);
  }
  for (const [n, value] of values.entries()) write(view, start + n * size, value, little);
  return bytes;
}
