import { ensureBytes, loadKernel } from '#compute/loadKernel.ts';
import { type Affine, affine, invert, multiply, transform } from '#core/space/affine.ts';
import type { DisplacementField, SpatialTransform } from '#core/space/registration.ts';
import type { Dims } from '#core/volume/volume.ts';

export interface Grid {
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}

export type Interpolation = 'linear' | 'nearest';

/** Numbers on a grid, i-fastest: voxel n is `values[offset + stride·n]`. */
export interface Channel {
  readonly values: ArrayLike<number>;
  readonly stride: number;
  readonly offset: number;
}

interface Exports {
  resampleBlock(
    box: number,
    target: number,
    geometry: number,
    extents: number,
    field: number,
    fi: number,
    fj: number,
    fk: number,
    outside: number,
  ): number;
}

/** No more floats of the source than this are in the kernel's memory at a time (32 MB). */
const BOX_FLOATS = 1 << 23;

/** Takes blocks of one grid out of another through a transform; made once for each pair of grids. */
export interface Resampler {
  /**
   * The block of the target grid that begins at `from` and is `dims` large, in at most 64³ voxels. The values are a view into the
   * kernel's memory, good until the next call; `missed` counts the voxels outside the source.
   */
  block(channel: Channel, from: Dims, dims: Dims, outside: number): { values: Float32Array; missed: number };
}

/** The longest block along an axis. */
export const BLOCK = 64;

export async function makeResampler(
  source: Grid,
  target: Grid,
  registered: SpatialTransform,
  interpolation: Interpolation,
): Promise<Resampler> {
  const { exports, memory } = await loadKernel<Exports>('resample', 1);
  const ijkFromFixed = multiply(invert(source.rasFromIjk), invert(affine('ras', 'ras', registered.matrix)));
  const sourceFromTarget = snapped(multiply(ijkFromFixed, target.rasFromIjk));
  const { field } = registered;
  const [fi, fj, fk]: Dims = field?.dims ?? [0, 0, 0];
  const fieldFromTarget = field ? multiply(invert(field.rasFromIjk), target.rasFromIjk) : null;
  const reach = field ? reachOf(field, ijkFromFixed) : [0, 0, 0];
  // Geometry, extents, field, then the block and the box of the source.
  const [geometryAt, extentsAt, fieldAt] = [0, 512, 1024];
  const blockAt = fieldAt + 16 * Math.ceil((12 * fi * fj * fk + 4) / 16);
  const boxAt = blockAt + 4 * BLOCK ** 3;
  ensureBytes(memory, boxAt);
  if (field) new Float32Array(memory.buffer, fieldAt, field.mm.length).set(field.mm);

  function block(channel: Channel, from: Dims, dims: Dims, outside: number) {
    const box = sourceBox(from, dims);
    const [ni, nj, nk] = dims;
    if (box && box.size[0] * box.size[1] * box.size[2] > BOX_FLOATS && Math.max(...dims) > 1)
      return halves(channel, from, dims, outside);
    if (!box) {
      const none = new Float32Array(memory.buffer, blockAt, ni * nj * nk).fill(outside);
      return { values: none, missed: none.length };
    }
    ensureBytes(memory, boxAt + 4 * box.size[0] * box.size[1] * box.size[2] + 16);
    fillBox(new Float32Array(memory.buffer, boxAt), channel, source.dims, box);
    const shift = affine('ijk', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...from, 1]);
    const geometry = new Float64Array(memory.buffer, geometryAt, 33);
    geometry.set(rows(multiply(sourceFromTarget, shift)));
    if (fieldFromTarget) geometry.set(rows(multiply(fieldFromTarget, shift)), 12);
    const { m } = ijkFromFixed;
    for (let r = 0; r < 3; r++) for (let c = 0; c < 3; c++) geometry[24 + 3 * r + c] = m[4 * c + r] as number;
    new Int32Array(memory.buffer, extentsAt, 12).set([
      ...dims,
      ...source.dims,
      ...box.first,
      box.size[0],
      box.size[1],
      interpolation === 'nearest' ? 1 : 0,
    ]);
    const missed = exports.resampleBlock(boxAt, blockAt, geometryAt, extentsAt, fieldAt, fi, fj, fk, outside);
    return { values: new Float32Array(memory.buffer, blockAt, ni * nj * nk), missed };
  }

  /** A block that asks for too much of the source at once, in two along its longest axis. */
  function halves(channel: Channel, from: Dims, dims: Dims, outside: number) {
    const axis = dims.indexOf(Math.max(...dims));
    const half = Math.floor((dims[axis] as number) / 2);
    const values = new Float32Array(dims[0] * dims[1] * dims[2]);
    let missed = 0;
    for (const [at, length] of [
      [0, half],
      [half, (dims[axis] as number) - half],
    ] as const) {
      const size = dims.map((n, a) => (a === axis ? length : n)) as unknown as Dims;
      const part = block(channel, from.map((n, a) => (a === axis ? n + at : n)) as unknown as Dims, size, outside);
      missed += part.missed;
      const start = [0, 1, 2].map((a) => (a === axis ? at : 0)) as unknown as Dims;
      for (let k = 0; k < size[2]; k++)
        for (let j = 0; j < size[1]; j++) {
          const row = size[0] * (j + size[1] * k);
          values.set(
            part.values.subarray(row, row + size[0]),
            start[0] + dims[0] * (start[1] + j + dims[1] * (start[2] + k)),
          );
        }
    }
    return { values, missed };
  }

  /** What of the source the block can ask for, null where nothing. The far sides have one layer more, which repeats the border. */
  function sourceBox(from: Dims, dims: Dims): Box | null {
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
      transform(sourceFromTarget, [0, 1, 2].map((a) => from[a as 0] + ((n >> a) & 1) * (dims[a as 0] - 1)) as never),
    );
    const first: number[] = [];
    const size: number[] = [];
    for (const a of [0, 1, 2] as const) {
      const along = corners.map((p) => p[a]);
      const low = Math.min(...along) - (reach[a] as number);
      const high = Math.max(...along) + (reach[a] as number);
      const last = source.dims[a] - 1;
      if (high < -0.5 || low > last + 0.5) return null;
      first.push(Math.max(0, Math.min(last, Math.floor(low))));
      size.push(Math.max(0, Math.min(last, Math.floor(high) + 1)) - (first[a] as number) + 2);
    }
    return { first: first as unknown as Dims, size: size as unknown as Dims };
  }

  return { block };
}

interface Box {
  readonly first: Dims;
  readonly size: Dims;
}

function fillBox(
  box: Float32Array,
  { values, stride, offset }: Channel,
  [ni, nj, nk]: Dims,
  { first, size }: Box,
): void {
  const columns = Math.min(size[0], ni - first[0]);
  let to = 0;
  for (let k = 0; k < size[2]; k++)
    for (let j = 0; j < size[1]; j++, to += size[0]) {
      const row = ni * (Math.min(nj - 1, first[1] + j) + nj * Math.min(nk - 1, first[2] + k)) + first[0];
      if (stride === 1 && 'subarray' in values)
        box.set((values as Float32Array).subarray(offset + row, offset + row + columns), to);
      else for (let i = 0; i < columns; i++) box[to + i] = values[offset + stride * (row + i)] as number;
      for (let i = columns; i < size[0]; i++) box[to + i] = box[to + columns - 1] as number;
    }
}

/** The most that a field moves a point, in source voxels along each axis. */
function reachOf({ mm }: DisplacementField, ijkFromFixed: Affine<'ijk', 'ras'>): number[] {
  const most = [0, 0, 0];
  for (let n = 0; n < mm.length; n++) most[n % 3] = Math.max(most[n % 3] as number, Math.abs(mm[n] as number));
  return [0, 1, 2].map((r) =>
    [0, 1, 2].reduce((sum, c) => sum + Math.abs(ijkFromFixed.m[4 * c + r] as number) * (most[c] as number), 0),
  );
}

function rows({ m }: Affine<'ijk', 'ijk'>): number[] {
  return [0, 1, 2].flatMap((r) => [0, 1, 2, 3].map((c) => m[4 * c + r] as number));
}

/** Whole numbers that products of matrices miss by rounding: a shift by whole voxels then keeps every value as it is. */
function snapped({ m }: Affine<'ijk', 'ijk'>): Affine<'ijk', 'ijk'> {
  const near = (v: number, limit: number) => (Math.abs(v - Math.round(v)) < limit ? Math.round(v) : v);
  return affine(
    'ijk',
    'ijk',
    m.map((v, n) => (n < 12 ? near(v, 1e-10) : near(v, 1e-7))),
  );
}
