import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import { type Affine, affineFromRows } from '#core/space/affine.ts';
import { type Dims, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { ByteReader, type Chunks } from '../byteReader.ts';
import { colourWarning, isColour } from '../colour.ts';
import { isFlat } from '../isFlat.ts';
import { refuseTooLarge } from '../memory.ts';
import { firstScalarType, type NumberType, type StoredType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import type { ByteSource } from '../source.ts';
import type { SourceHead } from '../sourceHead.ts';
import { unpacked } from '../unpacked.ts';
import { type ItkKind, itkKind, itkKinds } from './format.ts';
import { type ItkImage, runItkReader } from './reader.ts';

const types: Readonly<Record<string, NumberType>> = {
  int8: 'i8',
  uint8: 'u8',
  int16: 'i16',
  uint16: 'u16',
  int32: 'i32',
  uint32: 'u32',
  int64: 'i64',
  uint64: 'u64',
  float32: 'f32',
  float64: 'f64',
};

/** ITK holds the file, its voxels and, for some formats, a second copy of them in one memory of 4 GB. */
const LARGEST_FILE = 2 ** 29;
const LARGEST_VOXELS = 2 ** 30;
/** Bytes handed over at once. */
const PIECE = 1 << 19;

/** The name under which ITK knows each format. */
const extensions: Readonly<Record<ItkKind, string>> = {
  minc: 'mnc',
  hdf5: 'h5',
  gipl: 'gipl',
  scanco: 'isq',
};
/** Bytes of voxels that a byte of the file can become: HDF5 may be deflated, and MINC's bytes become float32. */
const perByte: Readonly<Record<ItkKind, number>> = { minc: 8192, hdf5: 1032, gipl: 1, scanco: 1 };
/** These do not say how the scan lies to the patient; ITK takes their axes as left, posterior, superior. */
const unoriented: readonly ItkKind[] = ['gipl', 'scanco'];

/**
 * A file that one of ITK's readers takes: it is held whole, and read in one go that cannot be stopped halfway.
 * @throws VesaliusError
 */
export async function describeItk(head: SourceHead): Promise<RasterFile> {
  const { source } = head;
  const file = await wholeFile(head);
  const kind = kindOf(head, file);
  const name = `scan.${extensions[kind]}`;
  const image = await runItkReader(kind, name, file, true, (found) => found);
  const warnings: Warning[] = [];
  const { dims, timepoints, interleaved, stored } = voxelsOf(kind, image, warnings);
  // Here, and not by ITK, which makes room for the voxels before it looks for them.
  const total = voxelCount(dims) * timepoints * storedBytes[stored];
  const most = file.length * perByte[kind];
  if (total > most) throw refuse('truncated', 'voxels', `${total} bytes`, `at most ${most} bytes`);
  const rasFromIjk = placeOf(kind, image, warnings);
  return {
    facts: headerFacts(
      { name: source.name, dims, timepoints, slope: 1, intercept: 0, rasFromIjk, format: 'itk', warnings },
      firstScalarType(stored),
    ),
    sources: [source],
    plan: {
      stored,
      bigEndian: false,
      dims,
      timepoints,
      fields: { type: 'componentType', size: 'size', data: 'voxels' },
      available: null,
      packed: null,
      async open() {
        const again = await wholeFile(head);
        const voxels = await runItkReader(kind, name, again, false, (_, bytes) => bytes);
        const frames = interleaved ? timepoints : 1;
        return new ByteReader(frames > 1 ? framesOf(voxels, frames, storedBytes[stored]) : piecesOf(voxels));
      },
    },
  };
}

function refuse(code: VesaliusErrorCode, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'scan read by ITK', where, expected, got });
}

/** Held while ITK looks at it; read a second time for its voxels, so that a list of scans does not fill the memory. */
async function wholeFile({ source, gzip }: SourceHead): Promise<Uint8Array<ArrayBuffer>> {
  const inside: ByteSource = gzip ? await unpacked(source) : source;
  if ((inside.size ?? 0) > LARGEST_FILE) throw tooLarge(inside.size ?? 0);
  const bytes = await inside.bytes(0, inside.size ?? LARGEST_FILE + 1);
  if (bytes.length > LARGEST_FILE) throw tooLarge(bytes.length);
  return bytes;
}

function tooLarge(got: number): VesaliusError {
  return refuse('too-large', 'file', `at most ${LARGEST_FILE} bytes`, got);
}

/** HDF5 names its groups in plain text, somewhere. */
function kindOf(head: SourceHead, file: Uint8Array): ItkKind {
  const kind = itkKind(head.bytes);
  if (kind !== 'hdf5' && kind !== null) return kind;
  if (holds(file, 'minc-2.0')) return 'minc';
  if (holds(file, 'ITKImage')) return 'hdf5';
  throw refuse('unsupported', 'HDF5', 'MINC 2 or an image of ITK', 'another HDF5 file');
}

function holds(bytes: Uint8Array, text: string): boolean {
  const wanted = new TextEncoder().encode(text);
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (wanted.every((byte, n) => bytes[at + n] === byte)) return true;
  return false;
}

function voxelsOf(
  kind: ItkKind,
  { componentType, pixelType, components, size, metadata }: ItkImage,
  warnings: Warning[],
): { dims: Dims; timepoints: number; interleaved: boolean; stored: StoredType } {
  if (!(size.length >= 2 && size.length <= 4)) throw refuse('unsupported', 'dimension', '2 to 4', size.length);
  for (const value of size)
    if (!(value >= 1 && Number.isSafeInteger(value))) throw refuse('format', 'size', 'at least 1 each', value);
  const dims: Dims = [size[0] ?? 1, size[1] ?? 1, size[2] ?? 1];
  const frames = size[3] ?? 1;
  const number = types[componentType];
  if (!number) throw refuse('unsupported', 'componentType', Object.keys(types).join(' '), componentType);
  // ITK has no fourth axis for MINC: it hands over the times of a voxel as its components.
  const overTime = kind === 'minc' && components > 1 && /T/.test(String(metadata.get('dimension_order')));
  const colour = number === 'u8' && { RGB: 'rgb24', RGBA: 'rgba32' }[pixelType];
  if (components !== 1 && !overTime && !colour) {
    throw refuse('unsupported', 'components', '1, or RGB of 8 bits', `${components} (${pixelType})`);
  }
  const stored = (colour || number) as StoredType;
  if (isColour(stored)) warnings.push(colourWarning('pixelType', stored));
  const timepoints = overTime ? components : frames;
  const bytes = voxelCount(dims) * timepoints * storedBytes[stored];
  refuseTooLarge(bytes, 'size', [...dims, timepoints]);
  if (bytes > LARGEST_VOXELS) throw refuse('too-large', 'size', `at most ${LARGEST_VOXELS} bytes of voxels`, bytes);
  return { dims, timepoints, interleaved: overTime, stored };
}

function placeOf(
  kind: ItkKind,
  { size, spacing, origin, direction }: ItkImage,
  warnings: Warning[],
): Affine<'ras', 'ijk'> {
  const rank = size.length;
  // MINC's world is RAS and this build of ITK hands its numbers over as they stand; all others are LPS by ITK's convention.
  const sign = (row: number): number => (kind !== 'minc' && row < 2 ? -1 : 1);
  const rows = [0, 1, 2].map((row) => {
    const columns = [0, 1, 2].map((axis) => {
      const cosine = axis < rank && row < rank ? (direction[rank * row + axis] ?? 0) : Number(axis === row);
      return sign(row) * cosine * (spacing[axis] ?? 1);
    });
    return [...columns, sign(row) * (origin[row] ?? 0)];
  });
  const rasFromIjk = affineFromRows('ras', 'ijk', rows);
  if (!rows.flat().every(Number.isFinite) || isFlat(rasFromIjk)) {
    throw refuse(
      'geometry',
      'direction',
      'axes that span a volume',
      `${direction.join(' ')}, spacing ${spacing.join(' ')}`,
    );
  }
  if (unoriented.includes(kind)) {
    warnings.push({
      code: 'orientation-missing',
      where: itkKinds[kind],
      kept: 'left, posterior, superior',
      text: `${itkKinds[kind]} does not say how the scan lies to the patient; its axes were taken as left, posterior, superior; left may be right.`,
    });
  }
  return rasFromIjk;
}

async function* piecesOf(voxels: Uint8Array<ArrayBuffer>): Chunks<undefined> {
  for (let at = 0; at < voxels.length; at += PIECE) yield voxels.subarray(at, at + PIECE);
  return undefined;
}

/** One frame after the other, out of voxels that hold all their times together. */
async function* framesOf(voxels: Uint8Array<ArrayBuffer>, frames: number, size: number): Chunks<undefined> {
  const step = frames * size;
  const perPiece = Math.max(1, Math.floor(PIECE / size));
  const count = voxels.length / step;
  for (let frame = 0; frame < frames; frame++)
    for (let from = 0; from < count; from += perPiece) {
      const piece = new Uint8Array(size * Math.min(perPiece, count - from));
      for (let n = 0; n * size < piece.length; n++) {
        const at = (from + n) * step + frame * size;
        for (let byte = 0; byte < size; byte++) piece[n * size + byte] = voxels[at + byte] as number;
      }
      yield piece;
    }
  return undefined;
}
