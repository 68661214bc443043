import type { Steps } from '#core/steps.ts';
import type { Mesh } from './mesh.ts';

export interface DisplaySkin {
  readonly mesh: Mesh;
  /** How far vertices were moved, mm: no point of the skin is farther from the truth than this. */
  readonly maxMm: number;
  readonly p99Mm: number;
}

export interface SkinOptions {
  /** Smoothing passes; each takes every vertex LAMBDA of the way to the mean of its neighbours. */
  readonly passes: number;
  /** No vertex moves farther than this. */
  readonly limitMm: number;
}

const LAMBDA = 0.6;
/** What smoothing takes from a rounded shape is given back, averaged over this many passes' reach. */
const RESTORE = 1.5;

/**
 * A smoother surface for drawing only, with the triangles of `mesh`: the steps of voxels go, thin tubes stay as thick as they
 * were. Laplacian smoothing, then the shift along the first normals, averaged over the neighbourhood, is taken back: steps
 * average to nothing, shrinking does not (after Vollmer, Mencl, Müller, Improved Laplacian Smoothing of Noisy Surface Meshes,
 * 1999). Vertices at an open border stay. Normals are those of the result. `mesh` is only read.
 */
export function* displaySkin(mesh: Mesh, { passes, limitMm }: SkinOptions): Steps<DisplaySkin> {
  const { positions: truth, normals: outward, triangles } = mesh;
  const count = truth.length / 3;
  const weight = neighbourWeights(triangles, count);
  const positions = new Float32Array(truth);
  const sums = new Float32Array(3 * count);
  for (let pass = 0; pass < passes; pass++) {
    relax(positions, sums, triangles, weight);
    yield { stage: 'surface', done: pass, of: passes };
  }
  const shift = new Float32Array(count);
  for (let v = 0, n = 0; v < count; v++, n += 3) shift[v] = along(positions, truth, outward, n);
  const scalarSums = new Float32Array(count);
  for (let pass = 0; pass < RESTORE * passes; pass++) {
    relaxScalar(shift, scalarSums, triangles, weight);
    if (pass % 4 === 3) yield { stage: 'surface', done: passes, of: passes };
  }
  for (let v = 0, n = 0; v < count; v++, n += 3) {
    if (weight[v] === 0) continue;
    const back = shift[v] as number;
    for (let c = 0; c < 3; c++) positions[n + c] = (positions[n + c] as number) - back * (outward[n + c] as number);
  }
  keepVolume(positions, truth, outward, triangles, weight, limitMm);
  const moved = new Float32Array(count);
  for (let v = 0, n = 0; v < count; v++, n += 3) moved[v] = hold(positions, truth, n, limitMm);
  const normals = normalsOf(positions, triangles, outward);
  const skin = { positions, normals, triangles };
  return { mesh: skin, ...spread(moved) };
}

/** 1 / number of neighbours; 0 for a vertex at an open border. */
function neighbourWeights(triangles: Mesh['triangles'], count: number): Float32Array {
  const degree = new Uint32Array(count);
  // An edge between two triangles is walked once each way, and its two entries cancel.
  const open = new Int32Array(count);
  for (let n = 0; n < triangles.length; n += 3) {
    const a = triangles[n] as number;
    const b = triangles[n + 1] as number;
    const c = triangles[n + 2] as number;
    degree[a] = (degree[a] as number) + 1;
    degree[b] = (degree[b] as number) + 1;
    degree[c] = (degree[c] as number) + 1;
    open[a] = (open[a] as number) + b - c;
    open[b] = (open[b] as number) + c - a;
    open[c] = (open[c] as number) + a - b;
  }
  return Float32Array.from(degree, (edges, v) => (edges === 0 || open[v] !== 0 ? 0 : 1 / edges));
}

function relax(positions: Float32Array, sums: Float32Array, triangles: Mesh['triangles'], weight: Float32Array): void {
  sums.fill(0);
  for (let n = 0; n < triangles.length; n += 3) {
    const a = 3 * (triangles[n] as number);
    const b = 3 * (triangles[n + 1] as number);
    const c = 3 * (triangles[n + 2] as number);
    // Each of the three knows the one that follows it; the triangle on the other side of an edge tells the other way.
    sums[a] = (sums[a] as number) + (positions[b] as number);
    sums[a + 1] = (sums[a + 1] as number) + (positions[b + 1] as number);
    sums[a + 2] = (sums[a + 2] as number) + (positions[b + 2] as number);
    sums[b] = (sums[b] as number) + (positions[c] as number);
    sums[b + 1] = (sums[b + 1] as number) + (positions[c + 1] as number);
    sums[b + 2] = (sums[b + 2] as number) + (positions[c + 2] as number);
    sums[c] = (sums[c] as number) + (positions[a] as number);
    sums[c + 1] = (sums[c + 1] as number) + (positions[a + 1] as number);
    sums[c + 2] = (sums[c + 2] as number) + (positions[a + 2] as number);
  }
  for (let v = 0, n = 0; v < weight.length; v++, n += 3) {
    const share = LAMBDA * (weight[v] as number);
    if (share === 0) continue;
    positions[n] = (1 - LAMBDA) * (positions[n] as number) + share * (sums[n] as number);
    positions[n + 1] = (1 - LAMBDA) * (positions[n + 1] as number) + share * (sums[n + 1] as number);
    positions[n + 2] = (1 - LAMBDA) * (positions[n + 2] as number) + share * (sums[n + 2] as number);
  }
}

function relaxScalar(
  values: Float32Array,
  sums: Float32Array,
  triangles: Mesh['triangles'],
  weight: Float32Array,
): void {
  sums.fill(0);
  for (let n = 0; n < triangles.length; n += 3) {
    const a = triangles[n] as number;
    const b = triangles[n + 1] as number;
    const c = triangles[n + 2] as number;
    sums[a] = (sums[a] as number) + (values[b] as number);
    sums[b] = (sums[b] as number) + (values[c] as number);
    sums[c] = (sums[c] as number) + (values[a] as number);
  }
  for (let v = 0; v < weight.length; v++) {
    const share = LAMBDA * (weight[v] as number);
    if (share !== 0) values[v] = (1 - LAMBDA) * (values[v] as number) + share * (sums[v] as number);
  }
}

/** How far a vertex was moved along its normal. */
function along(positions: Float32Array, truth: Mesh['positions'], normals: Mesh['normals'], n: number): number {
  let sum = 0;
  for (let c = n; c < n + 3; c++) sum += ((positions[c] as number) - (truth[c] as number)) * (normals[c] as number);
  return sum;
}

/** What is still missing of the volume enclosed, as one shift outwards of the whole. */
function keepVolume(
  positions: Float32Array,
  truth: Mesh['positions'],
  outward: Mesh['normals'],
  triangles: Mesh['triangles'],
  weight: Float32Array,
  limitMm: number,
): void {
  const [before] = volumeAndArea(truth, triangles);
  const [now, area] = volumeAndArea(positions, triangles);
  if (!(area > 0)) return;
  const shift = Math.max(-limitMm / 2, Math.min(limitMm / 2, (before - now) / area));
  for (let v = 0, n = 0; v < weight.length; v++, n += 3) {
    if (weight[v] === 0) continue;
    for (let c = n; c < n + 3; c++) positions[c] = (positions[c] as number) + shift * (outward[c] as number);
  }
}

/** Volume enclosed (of an open surface: with the cone to its first vertex) and area. */
function volumeAndArea(positions: Mesh['positions'], triangles: Mesh['triangles']): [number, number] {
  let [volume, area] = [0, 0];
  const [ox, oy, oz] = [positions[0] ?? 0, positions[1] ?? 0, positions[2] ?? 0];
  for (let n = 0; n < triangles.length; n += 3) {
    const a = 3 * (triangles[n] as number);
    const b = 3 * (triangles[n + 1] as number);
    const c = 3 * (triangles[n + 2] as number);
    const [ax, ay, az] = [positions[a] as number, positions[a + 1] as number, positions[a + 2] as number];
    const ux = (positions[b] as number) - ax;
    const uy = (positions[b + 1] as number) - ay;
    const uz = (positions[b + 2] as number) - az;
    const vx = (positions[c] as number) - ax;
    const vy = (positions[c + 1] as number) - ay;
    const vz = (positions[c + 2] as number) - az;
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    volume += ((ax - ox) * x + (ay - oy) * y + (az - oz) * z) / 6;
    area += Math.sqrt(x * x + y * y + z * z) / 2;
  }
  return [volume, area];
}

/** Brings a vertex back to within `limit` of where it was; gives how far it is. */
function hold(positions: Float32Array, truth: Mesh['positions'], n: number, limit: number): number {
  const x = (positions[n] as number) - (truth[n] as number);
  const y = (positions[n + 1] as number) - (truth[n + 1] as number);
  const z = (positions[n + 2] as number) - (truth[n + 2] as number);
  const length = Math.sqrt(x * x + y * y + z * z);
  if (!(length > limit)) return length;
  const share = limit / length;
  positions[n] = (truth[n] as number) + share * x;
  positions[n + 1] = (truth[n + 1] as number) + share * y;
  positions[n + 2] = (truth[n + 2] as number) + share * z;
  return limit;
}

/** Means of the triangles' normals by area; where they cancel, the normal that was. */
function normalsOf(positions: Float32Array, triangles: Mesh['triangles'], before: Mesh['normals']): Float32Array {
  const normals = new Float32Array(positions.length);
  for (let n = 0; n < triangles.length; n += 3) {
    const a = 3 * (triangles[n] as number);
    const b = 3 * (triangles[n + 1] as number);
    const c = 3 * (triangles[n + 2] as number);
    const [ax, ay, az] = [positions[a] as number, positions[a + 1] as number, positions[a + 2] as number];
    const ux = (positions[b] as number) - ax;
    const uy = (positions[b + 1] as number) - ay;
    const uz = (positions[b + 2] as number) - az;
    const vx = (positions[c] as number) - ax;
    const vy = (positions[c + 1] as number) - ay;
    const vz = (positions[c + 2] as number) - az;
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    for (let corner = 0; corner < 3; corner++) {
      const at = corner === 0 ? a : corner === 1 ? b : c;
      normals[at] = (normals[at] as number) + x;
      normals[at + 1] = (normals[at + 1] as number) + y;
      normals[at + 2] = (normals[at + 2] as number) + z;
    }
  }
  for (let n = 0; n < normals.length; n += 3) {
    const [x, y, z] = [normals[n] as number, normals[n + 1] as number, normals[n + 2] as number];
    const length = Math.sqrt(x * x + y * y + z * z);
    for (let c = 0; c < 3; c++)
      normals[n + c] = length > 1e-12 ? (normals[n + c] as number) / length : (before[n + c] as number);
  }
  return normals;
}

function spread(moved: Float32Array): { maxMm: number; p99Mm: number } {
  if (moved.length === 0) return { maxMm: 0, p99Mm: 0 };
  const step = Math.max(1, Math.floor(moved.length / 20_000));
  const sample = moved.filter((_, n) => n % step === 0).sort();
  let maxMm = 0;
  for (const length of moved) if (length > maxMm) maxMm = length;
  return { maxMm, p99Mm: sample[Math.floor(0.99 * (sample.length - 1))] as number };
}
