import { type Affine, affineFromRows } from '#core/space/affine.ts';
import { type Dims, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { ByteReader, type Chunks } from '../byteReader.ts';
import type { GzipEnd } from '../gzip/gunzip.ts';
import { isFlat } from '../isFlat.ts';
import { refuseUnreadable } from '../memory.ts';
import { firstScalarType, type NumberType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import { openBytes, type SourceHead } from '../sourceHead.ts';
import { type NetcdfVariable, netcdfBytes, numbersAt, parseNetcdf, refuseMinc } from './netcdf.ts';

type Variables = ReadonlyMap<string, NetcdfVariable>;

/** Histories and what DICOM said may be long; more than this is no header. */
const LONGEST_HEADER = 1 << 24;
/** Bytes of voxels scaled at once. */
const RUN = 1 << 18;
/** Of the largest scale: what float64 and float32 headers may differ by and still be one scale. */
const SAME_SCALE = 1e-12;

const cosinesOf: Readonly<Record<string, readonly [number, number, number]>> = {
  xspace: [1, 0, 0],
  yspace: [0, 1, 0],
  zspace: [0, 0, 1],
};

/**
 * MINC 1: one image in a NetCDF file, its axes in any order, in the world of the patient (x to the right, y to anterior, z to
 * superior). Whole numbers stand for values between image-min and image-max, of all voxels or of each slice.
 * @throws VesaliusError naming the variable or its attribute
 * Source: MINC 1 Programmer's Guide, "Image conversion variables"; checked against nibabel's Minc1Image
 */
export async function describeMinc(head: SourceHead): Promise<RasterFile> {
  const { source, gzip } = head;
  const variables = await wholeHeader(head);
  const image = variables.get('image');
  if (!image) throw refuseMinc('format', 'image', 'a variable of this name', 'none');
  const warnings: Warning[] = [];
  const axes = axesOf(image);
  const spatial = axes.slice(-3);
  const [fastest, middle, slowest] = [2, 1, 0].map((n) => spatial[n] as (typeof spatial)[number]) as [Axis, Axis, Axis];
  const dims: Dims = [fastest.length, middle.length, slowest.length];
  const timepoints = axes.length > 3 ? (axes[0] as Axis).length : 1;
  const raw = typeOf(image);
  const count = voxelCount(dims) * timepoints;
  refuseUnreadable(count * storedBytes[raw], 'image', [...dims, timepoints]);
  const rasFromIjk = placeOf([fastest, middle, slowest], variables, warnings);
  const scales = await scalesOf(head, image, axes, raw, variables);
  const one = scales.slopes.every(
    (slope, n) =>
      Math.abs(slope - (scales.slopes[0] as number)) <= SAME_SCALE * Math.abs(slope) &&
      Math.abs((scales.intercepts[n] as number) - (scales.intercepts[0] as number)) <= SAME_SCALE * Math.abs(slope),
  );
  // Where each slice has its own scale the values are what is kept.
  const stored: NumberType = one ? raw : 'f32';
  const rawBytes = count * storedBytes[raw];
  const size = gzip || source.size === null ? null : Math.max(0, source.size - image.begin);
  if (!one && size !== null && size < rawBytes)
    throw refuseMinc('truncated', 'image', `${rawBytes} bytes`, `${size} bytes`);
  return {
    facts: headerFacts(
      {
        name: source.name,
        dims,
        timepoints,
        slope: one ? (scales.slopes[0] as number) : 1,
        intercept: one ? (scales.intercepts[0] as number) : 0,
        rasFromIjk,
        format: 'minc',
        warnings,
      },
      firstScalarType(stored),
    ),
    sources: [source],
    plan: {
      stored,
      bigEndian: one,
      dims,
      timepoints,
      fields: { type: 'image', size: 'image', data: 'image' },
      available: one ? size : null,
      packed: gzip && one ? source.size : null,
      // Other variables may follow.
      footer: 0,
      async open() {
        const reader = await openBytes(source, gzip);
        const passed = await reader.skip(image.begin);
        if (passed < image.begin) {
          await reader.close();
          throw refuseMinc('truncated', 'image', `at least ${image.begin} bytes`, `${passed} bytes`);
        }
        return one ? reader : new ByteReader(scaled(reader, raw, count / scales.slopes.length, scales));
      },
    },
  };
}

interface Axis {
  readonly name: string;
  readonly length: number;
}

async function wholeHeader(head: SourceHead): Promise<Variables> {
  let found = parseNetcdf(head.bytes);
  for (let size = 4 * head.bytes.length; !found && size <= LONGEST_HEADER; size *= 4) {
    const bytes = await bytesAt(head, 0, size);
    found = parseNetcdf(bytes);
    if (bytes.length < size) break;
  }
  if (found) return found;
  throw refuseMinc('truncated', 'NetCDF header', 'a whole header', 'the end of the file');
}

/** From the start of what is inside where the file is compressed. */
async function bytesAt({ source, gzip }: SourceHead, from: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!gzip) return source.bytes(from, from + count);
  const reader = await openBytes(source, gzip);
  try {
    await reader.skip(from);
    return await reader.take(count);
  } finally {
    await reader.close();
  }
}

/** Slowest first: time, if there is one, and three in space. */
function axesOf({ dimensions }: NetcdfVariable): readonly Axis[] {
  const names = dimensions.map(({ name }) => name);
  const spatial = names.slice(-3);
  const sound = spatial.length === 3 && new Set(spatial).size === 3 && spatial.every((name) => name in cosinesOf);
  if (!sound || names.length > 4 || (names.length === 4 && names[0] !== 'time')) {
    const expected = 'xspace, yspace and zspace, and time before them';
    throw refuseMinc('unsupported', 'image', expected, names.join(' ') || 'none');
  }
  for (const { name, length } of dimensions)
    if (length < 1) throw refuseMinc('unsupported', name, 'at least 1', 'a dimension that grows');
  return dimensions;
}

function typeOf({ type, attributes }: NetcdfVariable): NumberType {
  const said = attributes.get('signtype');
  const signed = typeof said === 'string' ? !said.startsWith('unsigned') : type !== 'byte';
  switch (type) {
    case 'byte':
      return signed ? 'i8' : 'u8';
    case 'short':
      return signed ? 'i16' : 'u16';
    case 'int':
      return signed ? 'i32' : 'u32';
    case 'float':
      return 'f32';
    case 'double':
      return 'f64';
    case 'char':
      throw refuseMinc('unsupported', 'image', 'numbers', 'characters');
  }
}

function numberOf(variable: NetcdfVariable | undefined, name: string): number | null {
  const value = variable?.attributes.get(name);
  const [number] = typeof value === 'string' ? [Number(value)] : (value ?? []);
  return number ?? null;
}

function placeOf(axes: readonly Axis[], variables: Variables, warnings: Warning[]): Affine<'ras', 'ijk'> {
  const columns: number[][] = [];
  const origin = [0, 0, 0];
  for (const { name } of axes) {
    const variable = variables.get(name);
    const spacing = variable?.attributes.get('spacing');
    if (typeof spacing === 'string' && spacing.startsWith('irregular')) {
      throw refuseMinc('unsupported', `${name}:spacing`, 'regular__', spacing);
    }
    const said = variable?.attributes.get('direction_cosines');
    const cosines = said === undefined ? cosinesOf[name] : said;
    if (typeof cosines === 'string' || cosines?.length !== 3 || !cosines.every(Number.isFinite)) {
      throw refuseMinc('format', `${name}:direction_cosines`, '3 numbers', String(cosines));
    }
    const start = numberOf(variable, 'start') ?? 0;
    let step = numberOf(variable, 'step');
    if (!Number.isFinite(start)) throw refuseMinc('format', `${name}:start`, 'a number', start);
    if (step === null) {
      step = 1;
      warnings.push({
        code: 'spacing-missing',
        where: `${name}:step`,
        kept: '1 mm',
        text: `The file does not say how far its voxels are apart along ${name}; 1 mm was taken, so lengths may be wrong.`,
      });
    }
    if (!Number.isFinite(step) || step === 0) throw refuseMinc('format', `${name}:step`, 'a length other than 0', step);
    const length = step;
    columns.push(cosines.map((cosine) => cosine * length));
    for (const row of [0, 1, 2]) origin[row] = (origin[row] as number) + (cosines[row] as number) * start;
  }
  const rows = [0, 1, 2].map((row) => [...columns.map((column) => column[row] as number), origin[row] as number]);
  const rasFromIjk = affineFromRows('ras', 'ijk', rows);
  if (isFlat(rasFromIjk)) {
    throw refuseMinc('geometry', 'direction_cosines', 'axes that span a volume', columns.flat().join(' '));
  }
  return rasFromIjk;
}

interface Scales {
  /** One for all voxels, or one for each run of them, in the file's order. */
  readonly slopes: readonly number[];
  readonly intercepts: readonly number[];
}

/** Floating-point voxels are values as they stand. */
async function scalesOf(
  head: SourceHead,
  image: NetcdfVariable,
  axes: readonly Axis[],
  raw: NumberType,
  variables: Variables,
): Promise<Scales> {
  if (raw === 'f32' || raw === 'f64') return { slopes: [1], intercepts: [0] };
  const [least, most] = [variables.get('image-min'), variables.get('image-max')];
  // Without them the Programmer's Guide has 0 and 1; that nothing is said about the values is no reason to shrink them.
  if (!least && !most) return { slopes: [1], intercepts: [0] };
  if (!least || !most) throw refuseMinc('format', least ? 'image-max' : 'image-min', 'both or none', 'one of them');
  const over = (variable: NetcdfVariable) => variable.dimensions.map(({ name }) => name).join(' ');
  const leading = axes.slice(0, most.dimensions.length).map(({ name }) => name);
  if (over(least) !== over(most) || over(most) !== leading.join(' ') || leading.length >= axes.length) {
    throw refuseMinc(
      'unsupported',
      'image-max',
      `the axes that vary slowest, as ${leading.join(' ') || 'none'}`,
      over(most),
    );
  }
  const count = axes.slice(0, leading.length).reduce((product, { length }) => product * length, 1);
  const [low, high] = [await valuesOf(head, least, count), await valuesOf(head, most, count)];
  const [from, to] = validRange(image, raw);
  const slopes = high.map((value, n) => (value - (low[n] as number)) / (to - from));
  const intercepts = slopes.map((slope, n) => (low[n] as number) - from * slope);
  return { slopes, intercepts };
}

async function valuesOf(head: SourceHead, { name, type, begin }: NetcdfVariable, count: number): Promise<number[]> {
  if (type === 'char') throw refuseMinc('format', name, 'numbers', 'characters');
  const bytes = await bytesAt(head, begin, count * netcdfBytes[type]);
  if (bytes.length < count * netcdfBytes[type]) {
    throw refuseMinc('truncated', name, `${count * netcdfBytes[type]} bytes`, `${bytes.length} bytes`);
  }
  const values = numbersAt(new DataView(bytes.buffer, bytes.byteOffset), 0, type, count);
  for (const value of values) if (!Number.isFinite(value)) throw refuseMinc('format', name, 'finite numbers', value);
  return values;
}

const whole: Readonly<Partial<Record<NumberType, readonly [number, number]>>> = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32768, 32767],
  u16: [0, 65535],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
};

function validRange(image: NetcdfVariable, raw: NumberType): readonly [number, number] {
  const [least, most] = whole[raw] as readonly [number, number];
  const said = image.attributes.get('valid_range');
  const [a, b] =
    typeof said === 'object' && said.length === 2
      ? (said as readonly [number, number])
      : [numberOf(image, 'valid_min') ?? least, numberOf(image, 'valid_max') ?? most];
  const range = [Math.min(a, b), Math.max(a, b)] as const;
  if (range[0] >= least && range[1] <= most && range[1] > range[0]) return range;
  throw refuseMinc('format', 'image:valid_range', `two numbers within ${least} to ${most}`, `${a} to ${b}`);
}

const read: Readonly<Partial<Record<NumberType, (view: DataView, at: number) => number>>> = {
  i8: (view, at) => view.getInt8(at),
  u8: (view, at) => view.getUint8(at),
  i16: (view, at) => view.getInt16(at),
  u16: (view, at) => view.getUint16(at),
  i32: (view, at) => view.getInt32(at),
  u32: (view, at) => view.getUint32(at),
};

/** Values out of voxels whose scale changes every `each` of them. */
async function* scaled(
  reader: ByteReader<GzipEnd | undefined>,
  raw: NumberType,
  each: number,
  { slopes, intercepts }: Scales,
): Chunks<GzipEnd | undefined> {
  const size = storedBytes[raw];
  const valueAt = read[raw] as (view: DataView, at: number) => number;
  const total = each * slopes.length;
  try {
    for (let done = 0; done < total; ) {
      const bytes = await reader.take(Math.min(RUN, (total - done) * size));
      const view = new DataView(bytes.buffer);
      const values = new Float32Array(Math.floor(bytes.length / size));
      for (let n = 0; n < values.length; n++) {
        const scale = Math.floor((done + n) / each);
        values[n] = (slopes[scale] as number) * valueAt(view, n * size) + (intercepts[scale] as number);
      }
      if (values.length > 0) yield new Uint8Array(values.buffer);
      done += values.length;
      if (bytes.length < size || bytes.length % size !== 0) break;
    }
    for (;;) {
      const run = await reader.some(1 << 16);
      if (!run) return reader.end?.value;
      yield run;
    }
  } finally {
    await reader.close();
  }
}
