import { VesaliusError } from '#core/errors.ts';
import { type Affine, invert, multiply, spacingOf, transform, type Vector3 } from '#core/space/affine.ts';
import type { Steps } from '#core/steps.ts';
import { type Dims, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { LabelGrid, LabelValues, ScanGrid } from './segmentSet.ts';

/** Farthest that voxel centres may lie apart and still be the same, mm. */
const SAME_PLACE_MM = 0.01;
/** Farthest, in voxels of the scan, that grids whose axes are called parallel may lie off that at their corners. */
const PARALLEL = 0.25;

/** How one grid's labels come onto another. */
export type Laying =
  | { readonly kind: 'same' }
  /** Each voxel is one of the scan's: another order or direction of axes, a part of the stack. */
  | { readonly kind: 'exact'; readonly base: readonly number[]; readonly steps: readonly (readonly number[])[] }
  /** Parallel axes, another extent or spacing: the nearest voxel. `axis[a]` is the scan's axis along which the labels' axis a runs. */
  | {
      readonly kind: 'nearest';
      readonly axis: readonly number[];
      readonly scale: readonly number[];
      readonly offset: readonly number[];
    };

/**
 * How labels come onto the scan's grid.
 * @throws VesaliusError 'geometry' where the grids lie askew, or apart: with the angle or the distance
 */
export function planLaying(from: LabelGrid, to: ScanGrid, file: string): Laying {
  const between = multiply(invert(to.rasFromIjk), from.rasFromIjk).m;
  const column = (a: number): Vector3 => [
    between[4 * a] as number,
    between[4 * a + 1] as number,
    between[4 * a + 2] as number,
  ];
  const base = [12, 13, 14].map((n) => Math.round(between[n] as number));
  const steps = [0, 1, 2].map((a) => column(a).map((value) => (from.dims[a] === 1 ? 0 : Math.round(value))));
  if (sameCorners(from, to.rasFromIjk, base, steps)) {
    const identity =
      base.every((b) => b === 0) &&
      steps.every((step, a) => step.every((v, r) => v === (a === r && from.dims[a] !== 1 ? 1 : 0)));
    return identity && from.dims.every((n, a) => n === to.dims[a]) ? { kind: 'same' } : { kind: 'exact', base, steps };
  }
  const axis = parallelAxes([0, 1, 2].map(column));
  const off = axis ? askew(from.dims, [0, 1, 2].map(column), axis) : Number.POSITIVE_INFINITY;
  if (!axis || off > PARALLEL) throw askewError(from, to, off, file);
  const scale = axis.map((r, a) => column(a)[r] as number);
  const offset = axis.map((r) => between[12 + r] as number);
  const apart = axis.findIndex((r, a) => {
    const ends = [offset[a] as number, (offset[a] as number) + (scale[a] as number) * ((from.dims[a] as number) - 1)];
    return Math.max(...ends) < -0.5 || Math.min(...ends) > (to.dims[r] as number) - 0.5;
  });
  if (apart >= 0) throw apartError(from, to, file);
  return { kind: 'nearest', axis, scale, offset };
}

function sameCorners(
  from: LabelGrid,
  rasFromIjk: Affine<'ras', 'ijk'>,
  base: readonly number[],
  steps: readonly (readonly number[])[],
): boolean {
  for (let corner = 0; corner < 8; corner++) {
    const at = [0, 1, 2].map((a) => ((corner >> a) & 1) * ((from.dims[a] as number) - 1)) as [number, number, number];
    const there = base.map((b, r) => b + at.reduce((sum, n, a) => sum + n * (steps[a]?.[r] as number), 0)) as [
      number,
      number,
      number,
    ];
    const [p, q] = [transform(from.rasFromIjk, at), transform(rasFromIjk, there)];
    if (Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) > SAME_PLACE_MM) return false;
  }
  // Each axis of the labels has to run along its own axis of the scan, one voxel at a time.
  const along = steps.map((step) => step.reduce((sum, v) => sum + Math.abs(v), 0));
  return along.every((sum, a) => sum === (from.dims[a] === 1 ? 0 : 1));
}

/** The scan's axis along which each of the labels' axes runs; null where two share one. */
function parallelAxes(columns: readonly Vector3[]): number[] | null {
  const axes = columns.map((c) =>
    [0, 1, 2].reduce((best, r) => (Math.abs(c[r] as number) > Math.abs(c[best] as number) ? r : best), 0),
  );
  return new Set(axes).size === 3 ? axes : null;
}

/** Farthest that a corner lies sideways of where parallel axes would put it, in voxels of the scan. */
function askew(dims: Dims, columns: readonly Vector3[], axis: readonly number[]): number {
  let worst = 0;
  for (let r = 0; r < 3; r++) {
    let sideways = 0;
    for (let a = 0; a < 3; a++)
      if (axis[a] !== r) sideways += Math.abs((columns[a] as Vector3)[r] as number) * ((dims[a] as number) - 1);
    worst = Math.max(worst, sideways);
  }
  return worst;
}

/**
 * The labels on the scan's grid.
 * @param values as they lie on `from`; given back as they are where the grids are the same
 * @returns `outside`: labelled voxels that the scan does not hold
 */
export function* layOnGrid(
  values: LabelValues,
  from: Dims,
  to: Dims,
  laying: Laying,
): Steps<{ values: LabelValues; outside: number }> {
  if (laying.kind === 'same') return { values, outside: 0 };
  const count = voxelCount(to);
  const laid: LabelValues = values instanceof Uint8Array ? new Uint8Array(count) : new Uint16Array(count);
  const outside =
    laying.kind === 'exact'
      ? yield* layExact(values, from, laid, to, laying)
      : yield* layNearest(values, from, laid, to, laying);
  return { values: laid, outside };
}

function* layExact(
  values: LabelValues,
  from: Dims,
  laid: LabelValues,
  to: Dims,
  { base, steps }: Extract<Laying, { kind: 'exact' }>,
): Steps<number> {
  const strides = [1, to[0], to[0] * to[1]];
  // Each axis of the labels runs along one of the scan: what a step along it adds to the place in the scan, −1 where that is outside.
  const fixed = new Set(steps.map((step) => step.findIndex((v) => v !== 0)));
  const start = [0, 1, 2].reduce(
    (sum, r) => sum + (fixed.has(r) ? 0 : (base[r] as number) * (strides[r] as number)),
    0,
  );
  const flat = [0, 1, 2].every(
    (r) => fixed.has(r) || ((base[r] as number) >= 0 && (base[r] as number) < (to[r] as number)),
  );
  const [ti, tj, tk] = [0, 1, 2].map((a) => {
    const r = (steps[a] as readonly number[]).findIndex((v) => v !== 0);
    return Int32Array.from({ length: from[a] as number }, (_, n) => {
      if (r < 0) return 0;
      const at = (base[r] as number) + n * (steps[a]?.[r] as number);
      return at < 0 || at >= (to[r] as number) ? -1 : at * (strides[r] as number);
    });
  }) as [Int32Array, Int32Array, Int32Array];
  const isEmpty = emptyRows(values, from[0]);
  let [outside, n] = [0, 0];
  for (let k = 0; k < from[2]; k++) {
    for (let j = 0; j < from[1]; j++) {
      const inside = flat && (tk[k] as number) >= 0 && (tj[j] as number) >= 0;
      const row = start + (tk[k] as number) + (tj[j] as number);
      // Most rows hold nothing: four bytes at a time tell.
      if (isEmpty(n)) {
        n += from[0];
        continue;
      }
      for (let i = 0; i < from[0]; i++, n++) {
        const value = values[n] as number;
        if (value === 0) continue;
        if (inside && (ti[i] as number) >= 0) laid[row + (ti[i] as number)] = value;
        else outside++;
      }
    }
    yield { stage: 'lay', done: k + 1, of: from[2] };
  }
  return outside;
}

/** Whether the row of `length` voxels that begins at a voxel holds nothing. */
function emptyRows(values: LabelValues, length: number): (first: number) => boolean {
  const size = values.BYTES_PER_ELEMENT;
  if (values.byteOffset % 4 !== 0 || (length * size) % 4 !== 0)
    return (first) => {
      for (let n = first; n < first + length; n++) if (values[n] !== 0) return false;
      return true;
    };
  const words = new Uint32Array(values.buffer, values.byteOffset, Math.floor(values.byteLength / 4));
  const perRow = (length * size) / 4;
  return (first) => {
    const from = (first * size) / 4;
    for (let n = from; n < from + perRow; n++) if (words[n] !== 0) return false;
    return true;
  };
}

function* layNearest(
  values: LabelValues,
  from: Dims,
  laid: LabelValues,
  to: Dims,
  { axis, scale, offset }: Extract<Laying, { kind: 'nearest' }>,
): Steps<number> {
  // For each axis of the scan: the labels' stride and, for each place along it, the nearest place of the labels (−1: outside).
  const stride = [1, from[0], from[0] * from[1]];
  const tables = [0, 1, 2].map((r) => {
    const a = axis.indexOf(r);
    return Int32Array.from({ length: to[r] as number }, (_, n) => {
      const at = Math.round((n - (offset[a] as number)) / (scale[a] as number));
      // One slice alone has the thickness of its own step.
      return at < 0 || at >= (from[a] as number) ? -1 : at * (stride[a] as number);
    });
  }) as [Int32Array, Int32Array, Int32Array];
  const [ti, tj, tk] = tables;
  for (let k = 0; k < to[2]; k++) {
    const atK = tk[k] as number;
    if (atK >= 0)
      for (let j = 0; j < to[1]; j++) {
        const atJ = tj[j] as number;
        if (atJ < 0) continue;
        const row = to[0] * (j + to[1] * k);
        for (let i = 0; i < to[0]; i++)
          if ((ti[i] as number) >= 0) laid[row + i] = values[atK + atJ + (ti[i] as number)] as number;
      }
    yield { stage: 'lay', done: k + 1, of: to[2] };
  }
  return outsideOf(values, from, to, axis, scale, offset);
}

/** Labelled voxels whose centre lies beyond the scan's outermost voxels. */
function outsideOf(
  values: LabelValues,
  from: Dims,
  to: Dims,
  axis: readonly number[],
  scale: readonly number[],
  offset: readonly number[],
): number {
  const inside = [0, 1, 2].map((a) =>
    Uint8Array.from({ length: from[a] as number }, (_, n) => {
      const at = (offset[a] as number) + n * (scale[a] as number);
      return at >= -0.5 && at <= (to[axis[a] as number] as number) - 0.5 ? 1 : 0;
    }),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  let outside = 0;
  let n = 0;
  for (let k = 0; k < from[2]; k++)
    for (let j = 0; j < from[1]; j++)
      for (let i = 0; i < from[0]; i++, n++)
        if (values[n] !== 0 && !(inside[0][i] && inside[1][j] && inside[2][k])) outside++;
  return outside;
}

/** What has to be said of it; `outside` is the sum over the layers. */
export function layingWarnings(from: LabelGrid, to: ScanGrid, laying: Laying, outside: number): Warning[] {
  const warnings: Warning[] = [];
  if (laying.kind === 'nearest') {
    const own = spacingOf(from.rasFromIjk);
    const scan = spacingOf(to.rasFromIjk);
    const factors = laying.axis.map((r, a) => Number(((own[a] as number) / (scan[r] as number)).toPrecision(4)));
    warnings.push({
      code: 'labels-resampled',
      where: 'grid',
      kept: `the nearest voxel, factors ${factors.join(' × ')}`,
      text: `The labels lie on a grid of their own (${own.map((mm) => Number(mm.toFixed(4))).join(' × ')} mm); each voxel of the scan took the nearest of theirs (${factors.join(' × ')} voxels of the scan for one).`,
    });
  }
  if (outside > 0)
    warnings.push({
      code: 'labels-outside',
      where: 'grid',
      kept: 'what lies inside the scan',
      text: `${outside} labelled voxels lie outside of the scan and were left out.`,
    });
  return warnings;
}

function askewError(from: LabelGrid, to: ScanGrid, off: number, file: string): VesaliusError {
  const own = [...from.rasFromIjk.m];
  const scan = [...to.rasFromIjk.m];
  const unit = (m: readonly number[], c: number): number[] => {
    const length = Math.hypot(m[4 * c] as number, m[4 * c + 1] as number, m[4 * c + 2] as number);
    return [0, 1, 2].map((r) => (m[4 * c + r] as number) / length);
  };
  // Of each axis of the labels, the angle to the scan's nearest one.
  const angles = [0, 1, 2].map((a) =>
    Math.max(
      ...[0, 1, 2].map((b) => Math.abs(unit(own, a).reduce((sum, v, r) => sum + v * (unit(scan, b)[r] as number), 0))),
    ),
  );
  const degrees = (Math.acos(Math.min(1, Math.min(...angles))) * 180) / Math.PI;
  const apart = Number.isFinite(off) ? `, ${off.toFixed(2)} voxels off at a corner` : '';
  return gridError(
    `axes parallel to those of the scan ${to.name}`,
    `axes turned by ${degrees.toFixed(2)}°${apart}`,
    file,
  );
}

function apartError(from: LabelGrid, to: ScanGrid, file: string): VesaliusError {
  const middle = ({ dims, rasFromIjk }: LabelGrid) =>
    transform(rasFromIjk, [(dims[0] - 1) / 2, (dims[1] - 1) / 2, (dims[2] - 1) / 2]);
  const [p, q] = [middle(from), middle(to)];
  const mm = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
  return gridError(`labels within the scan ${to.name}`, `a grid beside it, middles ${mm.toFixed(1)} mm apart`, file);
}

function gridError(expected: string, got: string, file: string): VesaliusError {
  return new VesaliusError({ code: 'geometry', what: 'labels', where: 'grid', expected, got, file });
}
