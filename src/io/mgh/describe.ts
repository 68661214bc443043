import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import { type Affine, affineFromRows } from '#core/space/affine.ts';
import { type Dims, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { isFlat } from '../isFlat.ts';
import { refuseUnreadable } from '../memory.ts';
import { firstScalarType, type NumberType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import { openBytes, type SourceHead } from '../sourceHead.ts';
import { timesMs } from '../timesMs.ts';

const types: Readonly<Record<number, NumberType>> = { 0: 'u8', 1: 'i32', 3: 'f32', 4: 'i16', 10: 'u16' };
const refusedTypes: Readonly<Record<number, string>> = {
  2: 'long, whose size is not defined',
  5: 'bitmap',
  6: 'tensor',
  7: 'complex float',
  8: 'complex double',
  9: 'RGB',
};
/** Bytes before the first voxel; 90 are used. */
const DATA_OFFSET = 284;
const USED = 90;
/** Behind the voxels: repetition time in ms, then what is no matter here. */
const FOOTER = 20;
/** What float32 and rounding by hand leave of a direction's length of 1. */
const NOT_UNIT = 1e-3;

/**
 * FreeSurfer's MGH, or MGZ, which is the same in gzip. Always big-endian; frames are timepoints.
 * @throws VesaliusError naming the field
 * Source: surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat; FreeSurfer's mriio.cpp for the type ushort
 */
export async function describeMgh(head: SourceHead): Promise<RasterFile> {
  const { source, gzip, bytes } = head;
  if (bytes.length < USED) throw refuse('truncated', 'header', `${DATA_OFFSET} bytes`, `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [ni, nj, nk, timepoints] = ['width', 'height', 'depth', 'nframes'].map((name, n) => {
    const size = view.getInt32(4 + 4 * n);
    if (size < 1) throw refuse('format', name, 'at least 1', size);
    return size;
  }) as [number, number, number, number];
  const dims: Dims = [ni, nj, nk];
  const code = view.getInt32(20);
  const stored = types[code];
  if (!stored) {
    const name = refusedTypes[code];
    const expected = 'uchar, short, ushort, int or float';
    throw refuse(name ? 'unsupported' : 'format', 'type', expected, name ? `${code} (${name})` : code);
  }
  refuseUnreadable(voxelCount(dims) * timepoints * storedBytes[stored], 'width', [...dims, timepoints]);
  const warnings: Warning[] = [];
  const rasFromIjk = orientation(view, dims, warnings);
  const facts = headerFacts(
    { name: source.name, dims, timepoints, slope: 1, intercept: 0, rasFromIjk, format: 'mgh', warnings },
    firstScalarType(stored),
  );
  return {
    facts,
    sources: [source],
    fromFooter: (footer) =>
      footer.length < 4
        ? {}
        : timesMs(timepoints, new DataView(footer.buffer, footer.byteOffset).getFloat32(0), 'nframes'),
    plan: {
      stored,
      bigEndian: true,
      dims,
      timepoints,
      fields: { type: 'type', size: 'width', data: 'voxels' },
      available: gzip || source.size === null ? null : Math.max(0, source.size - DATA_OFFSET),
      packed: gzip ? source.size : null,
      footer: FOOTER,
      async open() {
        const reader = await openBytes(source, gzip);
        const passed = await reader.skip(DATA_OFFSET);
        if (passed === DATA_OFFSET) return reader;
        await reader.close();
        throw refuse('truncated', 'header', `${DATA_OFFSET} bytes`, `${passed} bytes`);
      },
    },
  };
}

function refuse(code: VesaliusErrorCode, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'MGH header', where, expected, got });
}

/** Directions and spacing of the axes, and the place of the middle voxel, counted as size / 2. */
function orientation(view: DataView, dims: Dims, warnings: Warning[]): Affine<'ras', 'ijk'> {
  const floats = (at: number, count: number) => Array.from({ length: count }, (_, n) => view.getFloat32(at + 4 * n));
  let delta = floats(30, 3);
  let cosines = floats(42, 9);
  let centre = floats(78, 3);
  if (view.getInt16(28) === 0) {
    // What FreeSurfer itself takes then: a coronal scan of 1 mm around the origin.
    [delta, cosines, centre] = [
      [1, 1, 1],
      [-1, 0, 0, 0, 0, -1, 0, 1, 0],
      [0, 0, 0],
    ];
    warnings.push({
      code: 'orientation-missing',
      where: 'goodRASFlag',
      kept: 'left, inferior, anterior; 1 mm',
      text: 'The file does not say how the scan lies: goodRASFlag is 0. Its axes were taken as left, inferior, anterior and its voxels as 1 mm, as FreeSurfer does; left may be right, and lengths may be wrong.',
    });
  }
  const named = [
    ...delta.map((value) => ['delta', value] as const),
    ...cosines.map((value) => ['Mdc', value] as const),
  ];
  for (const [where, value] of [...named, ...centre.map((value) => ['Pxyz_c', value] as const)])
    if (!Number.isFinite(value)) throw refuse('format', where, 'finite numbers', value);
  for (const value of delta) if (!(value > 0)) throw refuse('format', 'delta', 'lengths above 0', value);
  const rows = [0, 1, 2].map((row) => {
    const columns = [0, 1, 2].map((axis) => (cosines[3 * axis + row] as number) * (delta[axis] as number));
    const middle = columns.reduce((sum, value, axis) => sum + (value * (dims[axis] as number)) / 2, 0);
    return [...columns, (centre[row] as number) - middle];
  });
  const rasFromIjk = affineFromRows('ras', 'ijk', rows);
  if (isFlat(rasFromIjk)) {
    throw refuse('geometry', 'Mdc', 'axes that span a volume', cosines.join(' '));
  }
  const lengths = [0, 1, 2].map((axis) => Math.hypot(...cosines.slice(3 * axis, 3 * axis + 3)));
  if (lengths.some((length) => Math.abs(length - 1) > NOT_UNIT)) {
    warnings.push({
      code: 'directions-not-unit',
      where: 'Mdc',
      kept: 'the matrix as it stands',
      text: `The directions of the axes are ${lengths.map((length) => length.toPrecision(3)).join(', ')} long instead of 1; they were taken with these lengths, so the voxels are not as large as delta says.`,
    });
  }
  return rasFromIjk;
}
