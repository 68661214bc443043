import { type Affine, affineFromRows } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { isFlat } from '../isFlat.ts';
import { lengthScale } from '../lengthUnit.ts';
import { refuseNrrd, vectorOf, wordsOf } from './header.ts';

export interface NrrdGrid {
  readonly dims: Dims;
  readonly timepoints: number;
  /** From one timepoint to the next, ms; NaN where the file does not say. */
  readonly stepMs: number;
  /** Bytes of a colour, red, green and blue first; 1 where the voxels are no colours. */
  readonly components: 1 | 3 | 4;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}

/** Kinds of a first axis along which a colour lies. */
const colours: Readonly<Record<string, 3 | 4>> = { 'rgb-color': 3, '3-color': 3, 'rgba-color': 4, '4-color': 4 };

/** Signs that bring each space to RAS. */
const spaces: Readonly<Record<string, readonly [number, number, number]>> = {
  'right-anterior-superior': [1, 1, 1],
  ras: [1, 1, 1],
  'left-anterior-superior': [-1, 1, 1],
  las: [-1, 1, 1],
  'left-posterior-superior': [-1, -1, 1],
  lps: [-1, -1, 1],
};
/** What ITK, and so most that reads NRRD, takes where the file does not say. */
const UNSAID = [-1, -1, 1] as const;
const milliseconds: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  ms: 1,
  msec: 1,
  millisecond: 1,
  us: 0.001,
  µs: 0.001,
};

/**
 * Sizes, which axes are space and which is time, and where the voxels lie.
 * @param warnings gets what the file leaves open
 * @throws VesaliusError naming the field
 */
export function nrrdGrid(fields: ReadonlyMap<string, string>, warnings: Warning[]): NrrdGrid {
  const allSizes = sizesOf(fields);
  const allKinds = wordsOf(fields.get('kinds') ?? '').map((kind) => kind.toLowerCase());
  const components = componentsOf(allSizes, allKinds);
  // What follows is said of the axes behind that of the colours.
  const from = components > 1 ? 1 : 0;
  const sizes = allSizes.slice(from);
  const kinds = allKinds.slice(from);
  const directions = directionsOf(fields, allSizes.length)?.slice(from) ?? null;
  const words = (name: string) =>
    wordsOf(fields.get(name) ?? '')
      .slice(from)
      .map((word) => word.replaceAll('"', '').trim());
  const spatial = spatialAxes(sizes, directions, kinds);
  const [first] = spatial;
  if (first === undefined || first > 0) {
    const expected = 'one value per voxel: the first axis in space';
    throw refuseNrrd('unsupported', 'kinds', expected, `${kinds[0] ?? 'none'}, ${sizes[0]} values`);
  }
  const beyond = kinds[spatial.length] ?? '???';
  // So older diffusion scans have their directions; what has as many values as space may be a field of vectors too.
  if (beyond === 'vector')
    warnings.push({
      code: 'values-as-timepoints',
      where: 'kinds',
      kept: 'a timepoint for each',
      text: `Each voxel has ${sizes[spatial.length]} values along the last axis (vector); they are shown one after the other, as timepoints.`,
    });
  else if (isOfOneVoxel(beyond)) throw refuseNrrd('unsupported', 'kinds', 'one value per voxel, or times', beyond);
  const timepoints = sizes.slice(spatial.length).reduce((product, size) => product * size, 1);
  const size = (n: number) => sizes[n] ?? 1;
  const dims: Dims = [size(0), spatial.length > 1 ? size(1) : 1, spatial.length > 2 ? size(2) : 1];
  const signs = signsOf(fields, directions !== null, warnings);
  const spaced = words('spacings');
  const units = words('units');
  const ofSpace = fields.has('spaceunits');
  const spaceUnits = wordsOf(fields.get('spaceunits') ?? '').map((word) => word.replaceAll('"', '').trim());
  const scales = [0, 1, 2].map((axis) =>
    ofSpace ? lengthScale(spaceUnits[axis], 'space units', warnings) : lengthScale(units[axis], 'units', warnings),
  );
  const columns = directions ? spatial.map((n) => directions[n] as number[]) : columnsFromSpacings(spaced, warnings);
  // A flat picture has its third direction from the other two, one unit long.
  while (columns.length < 3) columns.push(thirdColumn(columns));
  const origin =
    directions || fields.has('spaceorigin')
      ? originOf(fields, directions !== null, warnings)
      : originOfAxes(words('axismins'), words('centerings'), columns);
  const rows = [0, 1, 2].map((row) =>
    [...columns.map((column) => column[row] ?? 0), origin[row] ?? 0].map(
      (value) => value * (scales[row] as number) * (signs[row] ?? 1),
    ),
  );
  const rasFromIjk = affineFromRows('ras', 'ijk', rows);
  if (isFlat(rasFromIjk)) {
    const where = directions ? 'space directions' : 'spacings';
    throw refuseNrrd('geometry', where, 'axes that span a volume', fields.get(where.replace(' ', '')) ?? 'none');
  }
  const time = spatial.length;
  const stepMs = Number(spaced[time] ?? Number.NaN) * (milliseconds[units[time]?.toLowerCase() ?? ''] ?? Number.NaN);
  return { dims, timepoints, stepMs, components, rasFromIjk };
}

/** The kinds of an axis along which lie the parts of one value (teem, "kinds"). */
function isOfOneVoxel(kind: string): boolean {
  return /vector|normal|gradient|matrix|color|complex|point|quaternion/.test(kind);
}

function componentsOf(sizes: readonly number[], kinds: readonly string[]): 1 | 3 | 4 {
  const components = colours[kinds[0] ?? ''];
  if (components === undefined) return 1;
  if (sizes[0] === components) return components;
  throw refuseNrrd('format', 'sizes', `${components} along the axis of kind ${kinds[0]}`, sizes[0] ?? 0);
}

function sizesOf(fields: ReadonlyMap<string, string>): number[] {
  const dimension = Number(fields.get('dimension'));
  const [firstKind = ''] = wordsOf(fields.get('kinds') ?? '');
  const most = firstKind.toLowerCase() in colours ? 5 : 4;
  if (!(dimension >= 2 && dimension <= most)) {
    throw refuseNrrd('unsupported', 'dimension', `2 to ${most}`, fields.get('dimension') ?? 'none');
  }
  const words = wordsOf(fields.get('sizes') ?? '');
  if (words.length !== dimension) {
    throw refuseNrrd('format', 'sizes', `${dimension} numbers`, fields.get('sizes') ?? 'none');
  }
  return words.map((word) => {
    const size = Number(word);
    if (!(size >= 1 && Number.isSafeInteger(size))) throw refuseNrrd('format', 'sizes', 'at least 1 each', word);
    return size;
  });
}

/** One vector per axis, null for an axis that is not in space; null where the field is missing. */
function directionsOf(fields: ReadonlyMap<string, string>, rank: number): (number[] | null)[] | null {
  const value = fields.get('spacedirections');
  if (value === undefined) return null;
  const words = wordsOf(value);
  if (words.length !== rank) throw refuseNrrd('format', 'space directions', `${rank} vectors`, value);
  return words.map((word) => {
    // Teem wrote an axis that is not in space so before it had a word for that.
    if (word === 'none' || /^\((nan,?)+\)$/i.test(word)) return null;
    const vector = vectorOf(word, 'space directions');
    if (vector.length !== 3) throw refuseNrrd('unsupported', 'space directions', 'vectors of 3', word);
    return vector;
  });
}

function spatialAxes(
  sizes: readonly number[],
  directions: readonly (number[] | null)[] | null,
  kinds: readonly string[],
): number[] {
  const inSpace = (n: number): boolean => {
    if (directions) return directions[n] !== null;
    const kind = kinds[n] ?? '???';
    return kind === 'domain' || kind === 'space' || kind === '???' || kind === 'none';
  };
  // Without directions a fourth axis is a further one whatever it is called.
  const axes = sizes.map((_, n) => n).filter((n) => inSpace(n) && (directions !== null || n < 3));
  const gap = axes.findIndex((axis, n) => axis !== (axes[0] ?? 0) + n);
  if (axes.length < 2 || axes.length > 3 || gap >= 0) {
    const got = kinds.join(' ') || `${axes.length} axes in space`;
    throw refuseNrrd('unsupported', directions ? 'space directions' : 'kinds', '2 or 3 axes in space, together', got);
  }
  return axes;
}

function signsOf(
  fields: ReadonlyMap<string, string>,
  oriented: boolean,
  warnings: Warning[],
): readonly [number, number, number] {
  const space = fields.get('space');
  const known = space === undefined ? undefined : spaces[space.toLowerCase().replace(/-time$|t$/, '')];
  if (known && oriented) return known;
  warnings.push({
    code: 'orientation-missing',
    where: space === undefined ? 'space' : oriented ? 'space' : 'space directions',
    kept: 'left-posterior-superior',
    text: known
      ? 'The file names a space but no space directions; its axes were taken as left, posterior, superior; left may be right.'
      : `The file does not say how the scan lies (space: ${space ?? 'none'}); left-posterior-superior was taken, so left may be right.`,
  });
  return known ?? UNSAID;
}

function columnsFromSpacings(words: readonly string[], warnings: Warning[]): number[][] {
  return [0, 1, 2].map((axis) => {
    const word = words[axis];
    const value = word === undefined ? Number.NaN : Number(word);
    if (value === 0 || value === Infinity || value === -Infinity)
      throw refuseNrrd('format', 'spacings', 'lengths above 0', word ?? 'none');
    const kept = Number.isNaN(value) ? 1 : Math.abs(value);
    if (kept !== value) {
      warnings.push({
        code: Number.isNaN(value) ? 'spacing-missing' : 'spacing-negative',
        where: 'spacings',
        kept: String(kept),
        text: `The spacing of axis ${axis + 1} is ${word ?? 'not given'}; ${kept} mm was taken, so lengths along it may be wrong.`,
      });
    }
    return [0, 1, 2].map((row) => (row === axis ? kept : 0));
  });
}

function originOf(fields: ReadonlyMap<string, string>, oriented: boolean, warnings: Warning[]): number[] {
  const value = fields.get('spaceorigin');
  if (value !== undefined) {
    const origin = vectorOf(value, 'space origin');
    if (origin.length !== 3) throw refuseNrrd('format', 'space origin', 'a vector of 3', value);
    return origin;
  }
  if (oriented) {
    warnings.push({
      code: 'origin-missing',
      where: 'space origin',
      kept: '(0,0,0)',
      text: 'The file does not say where its first voxel lies; the origin was taken.',
    });
  }
  return [0, 0, 0];
}

/** What was sampled without a space may say where its axes begin: at the first sample (node), or half a step before it, as ITK takes it. */
function originOfAxes(mins: readonly string[], centerings: readonly string[], columns: readonly number[][]): number[] {
  const begins = [0, 1, 2].map((axis) => {
    const half = centerings[axis] === 'node' ? 0 : (columns[axis]?.[axis] ?? 0) / 2;
    return axis > 1 && mins[axis] === undefined ? 0 : Number(mins[axis] ?? Number.NaN) + half;
  });
  return begins.every(Number.isFinite) ? begins : [0, 0, 0];
}

function thirdColumn(columns: readonly number[][]): number[] {
  const [a, b] = columns as readonly [[number, number, number], [number, number, number]];
  const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const length = Math.hypot(...cross) || 1;
  return cross.map((value) => value / length);
}
