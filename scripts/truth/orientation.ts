import { isosurface } from '#compute/isosurface.ts';
import type { Pool } from '#compute/pool.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { affineFromRows, axisLetters, transform, type Vector3 } from '#core/space/affine.ts';
import { allocateScalars, type Dims } from '#core/volume/volume.ts';
import { row, type TruthRow } from './row.ts';

const SIZE: Vector3 = [36, 30, 22];
const STEP: Vector3 = [1.2, 1.5, 2.1];
const letters = ['RL', 'AP', 'SI'] as const;

/** A body with a knob at the patient's right, front and top, stored in all 48 ways that axes can run. */
export async function* orientations(pool: Pool): AsyncGenerator<TruthRow> {
  for (const axes of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const)
    for (let signs = 0; signs < 8; signs++) {
      const sign = [0, 1, 2].map((n) => ((signs >> n) & 1 ? -1 : 1));
      const dims = axes.map((axis) => SIZE[axis]) as unknown as Dims;
      const rows = [0, 1, 2].map((axis) => {
        const from = axes.indexOf(axis as 0 | 1 | 2);
        const step = (STEP[axis] as number) * (sign[from] as number);
        return [...[0, 1, 2].map((n) => (n === from ? step : 0)), (-step * ((SIZE[axis] as number) - 1)) / 2];
      });
      const rasFromIjk = affineFromRows('ras', 'ijk', [...rows, [0, 0, 0, 1]]);
      const code = axes.map((axis, n) => letters[axis][sign[n] === 1 ? 0 : 1]).join('');
      const about = { case: `stored ${code}`, source: 'how it was stored', limit: 0 };
      yield row({ ...about, quantity: 'axis letters', unit: '', expected: code, got: axisLetters(rasFromIjk) });
      const scalars = allocateScalars('f32', dims[0] * dims[1] * dims[2], true);
      const labels = new Uint8Array(scalars.length);
      let n = 0;
      for (let k = 0; k < dims[2]; k++)
        for (let j = 0; j < dims[1]; j++)
          for (let i = 0; i < dims[0]; i++, n++) {
            scalars[n] = body(transform(rasFromIjk, [i, j, k]));
            labels[n] = (scalars[n] as number) >= 0 ? 1 : 0;
          }
      const mesh = await isosurface(pool, { scalars, dims, rasFromIjk, slope: 1, intercept: 0 }, 0);
      const [net] = await labelSurfaces(pool, labelmapFromDense(labels, dims), rasFromIjk);
      for (const [name, made] of [
        ['isosurface', mesh],
        ['label surface', net],
      ] as const)
        yield row({
          ...about,
          quantity: `where the knob of the ${name} is`,
          unit: '',
          expected: 'RAS, outwards',
          got: made ? told(made) : 'no surface',
        });
    }
}

function body([x, y, z]: Vector3): number {
  return Math.max(11 - Math.hypot(x, y, z), 5 - Math.hypot(x - 9, y - 8, z - 8));
}

/** The octant of what lies farthest from the middle, and whether triangles face outwards. */
function told(mesh: Mesh): string {
  let [far, at] = [0, 0];
  for (let n = 0; n < mesh.positions.length; n += 3) {
    const distance = Math.hypot(...mesh.positions.subarray(n, n + 3));
    if (distance > far) [far, at] = [distance, n];
  }
  const octant = letters.map((pair, axis) => pair[(mesh.positions[at + axis] as number) > 0 ? 0 : 1]).join('');
  return `${octant}, ${signedVolumeMm3(mesh) > 0 ? 'outwards' : 'inwards'}`;
}
