import { afterAll, describe, expect, it } from 'vitest';
import { makePhantom, type Phantom } from '#compute/phantom.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { type PhantomCase, type PhantomSpec, phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { affine, determinant3, transform } from '#core/space/affine.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const spec = (name: PhantomCase, size: number, more: Partial<PhantomSpec> = {}): PhantomSpec => ({
  case: name,
  ...phantomGrid({ case: name, size }),
  noiseHu: 0,
  seed: 3,
  ...more,
});

/** Mean over voxels whose neighbours along the axes, up to `reach` away, are of the same structure. */
function meanOf({ segments, labels, volume }: Phantom, name: string, reach = 1): number {
  const id = segments.find((s) => s.name === name)?.id;
  const [ni, nj] = volume.header.dims;
  let [sum, count] = [0, 0];
  labels.forEach((label, n) => {
    if (label !== id) return;
    for (const step of [reach, reach * ni, reach * ni * nj])
      if (labels[n - step] !== id || labels[n + step] !== id) return;
    sum += volume.scalars[n] as number;
    count++;
  });
  expect(count, `${name}: voxels inside`).toBeGreaterThan(0);
  return sum / count;
}

describe.each(['abdomen', 'head'] as const)('the %s', (name) => {
  it('gives the same bytes however many workers draw', async () => {
    const one = await makePhantom(pool, spec(name, 48, { noiseHu: 12 }), { workers: 1 });
    const two = await makePhantom(pool, spec(name, 48, { noiseHu: 12 }), { workers: 2 });
    expect(Buffer.from(two.volume.scalars.buffer).equals(Buffer.from(one.volume.scalars.buffer))).toBe(true);
    expect(Buffer.from(two.labels.buffer).equals(Buffer.from(one.labels.buffer))).toBe(true);
    expect(one.volume.header).toMatchObject({ modality: 'CT', unit: 'HU', synthetic: true, format: 'phantom' });
  });

  it('every voxel of the body has a label: what has none is one piece with the air around', async () => {
    const { labels, volume } = await makePhantom(pool, spec(name, 60));
    const [ni, nj, nk] = volume.header.dims;
    const total = ni * nj * nk;
    const seen = new Uint8Array(total);
    const queue = [0];
    seen[0] = 1;
    for (let n = queue.pop(); n !== undefined; n = queue.pop()) {
      const [i, j] = [n % ni, Math.floor(n / ni) % nj];
      for (const [m, holds] of [
        [n - 1, i > 0],
        [n + 1, i + 1 < ni],
        [n - ni, j > 0],
        [n + ni, j + 1 < nj],
        [n - ni * nj, n >= ni * nj],
        [n + ni * nj, n + ni * nj < total],
      ] as const)
        if (holds && !seen[m] && labels[m] === 0) {
          seen[m] = 1;
          queue.push(m);
        }
    }
    let holes = 0;
    for (let n = 0; n < total; n++) if (labels[n] === 0 && !seen[n]) holes++;
    expect(holes).toBe(0);
  });

  it('organs have the same volume on a coarse grid and on a fine one', async () => {
    const [coarse, fine] = [await makePhantom(pool, spec(name, 72)), await makePhantom(pool, spec(name, 112))];
    for (const { name: word, volumeMl } of fine.segments.filter((s) => s.volumeMl > 60)) {
      const other = coarse.segments.find((s) => s.name === word)?.volumeMl ?? 0;
      // Voxels of the coarse one are 3 to 5 mm wide: sheets of few mm err most.
      expect(Math.abs(other / volumeMl - 1), `${word} ${other} ${volumeMl}`).toBeLessThan(0.07);
    }
  });

  it('an MR shows the same body in signals without a unit', async () => {
    const ct = await makePhantom(pool, spec(name, 56));
    const mr = await makePhantom(pool, spec(name, 56, { contrast: 't1' }));
    expect(mr.volume.header).toMatchObject({ modality: 'MR', unit: '' });
    expect(mr.volume.header.storedRange[0]).toBeGreaterThanOrEqual(0);
    expect(Buffer.from(mr.labels.buffer).equals(Buffer.from(ct.labels.buffer))).toBe(true);
    expect(meanOf(mr, 'subcutaneous fat')).toBeGreaterThan(500);
  });
});

describe('values', () => {
  it('of a portal-venous CT', async () => {
    const phantom = await makePhantom(pool, spec('abdomen', 144));
    const between = (name: string, low: number, high: number, reach = 1) => {
      expect(meanOf(phantom, name, reach), name).toBeGreaterThan(low);
      expect(meanOf(phantom, name, reach), name).toBeLessThan(high);
    };
    between('aorta', 145, 180, 2);
    between('inferior vena cava', 150, 200, 2);
    between('liver', 104, 122);
    between('spleen', 116, 134);
    between('muscle psoas', 45, 66, 2);
    between('abdominal fat', -110, -90, 2);
    between('bladder', 0, 20, 3);
    between('renal cyst', 5, 40);
    // Cancellous bone within its cortex.
    between('vertebra l3', 120, 330, 2);
    between('right femur', 120, 250, 4);
  });

  it('of the head in each contrast', async () => {
    const means = new Map<string, number>();
    for (const contrast of ['ct', 't1', 't2', 'flair', 'pd'] as const) {
      const phantom = await makePhantom(pool, spec('head', 80, { contrast }));
      for (const name of ['white matter', 'cerebellum', 'right lateral ventricle', 'brain oedema', 'right eye'])
        means.set(`${contrast} ${name}`, meanOf(phantom, name));
    }
    const at = (key: string) => means.get(key) as number;
    expect(at('ct white matter')).toBeGreaterThan(26);
    expect(at('ct white matter')).toBeLessThan(36);
    expect(at('t1 white matter')).toBeGreaterThan(1.8 * at('t1 right lateral ventricle'));
    expect(at('t2 right lateral ventricle')).toBeGreaterThan(1.8 * at('t2 white matter'));
    expect(at('flair right lateral ventricle')).toBeLessThan(0.5 * at('flair white matter'));
    expect(at('flair brain oedema')).toBeGreaterThan(1.15 * at('flair white matter'));
    expect(at('t2 right eye')).toBeGreaterThan(1.8 * at('t2 white matter'));
  });
});

describe('geometric objects on a sheared, mirrored, anisotropic grid', () => {
  const rasFromIjk = affine(
    'ras',
    'ijk',
    [-1.35, 0.15, 0.075, 0, 0.375, 1.65, -0.15, 0, 0.15, 0.45, 1.95, 0, 160, -190, -60, 1],
  );
  const dims = [200, 173, 140] as const;

  it('have their volumes and centres', async () => {
    expect(determinant3(rasFromIjk)).toBeLessThan(0);
    const { segments, labels } = await makePhantom(pool, spec('geometry', 8, { rasFromIjk, dims }));
    const sums = new Float64Array(256 * 4);
    labels.forEach((label, n) => {
      if (label === 0) return;
      const [i, j, k] = [n % dims[0], Math.floor(n / dims[0]) % dims[1], Math.floor(n / (dims[0] * dims[1]))];
      [i, j, k, 1].forEach((v, c) => {
        sums[label * 4 + c] = (sums[label * 4 + c] as number) + v;
      });
    });
    const whole = segments.filter(({ exact }) => exact.whole);
    expect(whole.length).toBeGreaterThan(15);
    for (const { id, name, volumeMl, exact } of whole) {
      const volume = exact.volumeMl as number;
      if (volume > 5 && !/line|shell/.test(name)) expect(Math.abs(volumeMl / volume - 1), name).toBeLessThan(0.01);
      if (volume < 0.1) continue;
      const [i, j, k, count] = sums.subarray(id * 4, id * 4 + 4) as unknown as [number, number, number, number];
      const centre = transform(rasFromIjk, [i / count, j / count, k / count]);
      centre.forEach((v, axis) => {
        expect(Math.abs(v - (exact.centreRas?.[axis] as number)), name).toBeLessThan(0.3);
      });
    }
  });

  it('half way between object and air lies at 0 HU', async () => {
    const { volume } = await makePhantom(pool, spec('geometry', 64));
    expect(volume.header.storedRange).toEqual([-1000, 1000]);
  });

  it('have no MR', async () => {
    await expect(makePhantom(pool, spec('geometry', 16, { contrast: 't2' }))).rejects.toMatchObject({ code: 'usage' });
  });
});
