import { describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { type DisplaySkin, displaySkin, type SkinOptions } from '#core/mesh/displaySkin.ts';
import { edgeCensus } from '#core/mesh/edgeCensus.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { affine } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';

const identity = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

async function netOf(dims: Dims, inside: (x: number, y: number, z: number) => boolean): Promise<Mesh> {
  const labels = new Uint8Array(dims[0] * dims[1] * dims[2]);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++) for (let i = 0; i < dims[0]; i++, n++) labels[n] = inside(i, j, k) ? 1 : 0;
  const pool = createPool(spawnNode, 1);
  try {
    const [mesh] = await labelSurfaces(pool, labelmapFromDense(labels, dims), identity);
    return mesh as Mesh;
  } finally {
    pool.close();
  }
}

function skinOf(mesh: Mesh, options: SkinOptions): DisplaySkin {
  const steps = displaySkin(mesh, options);
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

describe('the skin that is drawn', () => {
  it('is nearer to a tilted plane than the net of its voxels, in place and in direction', async () => {
    // A slope of 1 in 9: the steps of voxels are as long as they get.
    const normal = [1 / 9, 0.05, 1].map((n) => n / Math.hypot(1 / 9, 0.05, 1)) as [number, number, number];
    const at = (x: number, y: number, z: number) => normal[0] * (x - 24) + normal[1] * (y - 24) + normal[2] * (z - 24);
    const net = await netOf([49, 49, 49], (x, y, z) => at(x, y, z) <= 0);
    const { mesh } = skinOf(net, { passes: 16, limitMm: 0.75 });
    const errors = ({ positions, normals }: Mesh) => {
      let [square, turned, count] = [0, 0, 0];
      for (let n = 0; n < positions.length; n += 3) {
        const [x, y, z] = [0, 1, 2].map((c) => net.positions[n + c] as number) as [number, number, number];
        if (Math.min(x, y) < 14 || Math.max(x, y) > 34 || Math.abs(at(x, y, z)) > 2) continue;
        square += at(...([0, 1, 2].map((c) => positions[n + c]) as [number, number, number])) ** 2;
        turned += 1 - [0, 1, 2].reduce((sum, c) => sum + (normals[n + c] as number) * (normal[c] as number), 0);
        count++;
      }
      return { place: Math.sqrt(square / count), turned: turned / count, count };
    };
    const [before, after] = [errors(net), errors(mesh)];
    expect(before.count).toBeGreaterThan(300);
    expect(after.place).toBeLessThan(0.8 * before.place);
    expect(after.turned).toBeLessThan(0.35 * before.turned);
  });

  it('keeps a thin tube whole, as thick as it was, and closed', async () => {
    const along = (x: number, y: number, z: number) => Math.hypot(y - 16 - 4 * Math.sin(x / 9), z - 16);
    const net = await netOf([64, 33, 33], (x, y, z) => x > 4 && x < 60 && along(x, y, z) <= 1.3);
    const { mesh, maxMm } = skinOf(net, { passes: 16, limitMm: 0.75 });
    expect(signedVolumeMm3(mesh) / signedVolumeMm3(net)).toBeGreaterThan(0.9);
    expect(signedVolumeMm3(mesh) / signedVolumeMm3(net)).toBeLessThan(1.1);
    expect(maxMm).toBeLessThanOrEqual(0.7501);
    expect(edgeCensus(mesh).boundaryEdges).toBe(0);
    for (let x = 8; x < 56; x += 2) {
      const radii: number[] = [];
      for (let n = 0; n < mesh.positions.length; n += 3)
        if (Math.abs((mesh.positions[n] as number) - x) < 1)
          radii.push(along(...([0, 1, 2].map((c) => mesh.positions[n + c]) as [number, number, number])));
      expect(Math.max(...radii)).toBeGreaterThan(0.9);
    }
  });

  it('moves no vertex beyond the limit, and leaves the mesh it was given', async () => {
    const net = await netOf([24, 24, 24], (x, y, z) => (x * 7 + y * 13 + z * 29) % 11 < 6);
    const before = net.positions.slice();
    const { mesh, maxMm, p99Mm } = skinOf(net, { passes: 10, limitMm: 0.3 });
    let farthest = 0;
    for (let n = 0; n < before.length; n += 3)
      farthest = Math.max(
        farthest,
        Math.hypot(...[0, 1, 2].map((c) => (mesh.positions[n + c] as number) - (before[n + c] as number))),
      );
    expect(farthest).toBeLessThanOrEqual(0.30001);
    expect(maxMm).toBeCloseTo(farthest, 5);
    expect(p99Mm).toBeLessThanOrEqual(maxMm);
    expect(net.positions).toEqual(before);
  });
});
