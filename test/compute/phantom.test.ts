import { afterAll, describe, expect, it } from 'vitest';
import { makePhantom, type Phantom } from '#compute/phantom.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { makeBody } from '#core/anatomy/makeBody.ts';
import { paletteOf } from '#core/anatomy/paint.ts';
import { anatomicalCases, type PhantomSpec, phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { seeded } from '#core/anatomy/random.ts';
import { affine, transform } from '#core/space/affine.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const spec = (size: number, more: Partial<PhantomSpec> = {}): PhantomSpec => ({
  case: 'thorax',
  ...phantomGrid({ size }),
  noiseHu: 12,
  seed: 11,
  ...more,
});

function valuesOf(phantom: Phantom, name: string): number[] {
  const id = phantom.segments.find((s) => s.name === name)?.id;
  const values: number[] = [];
  const [ni, nj] = phantom.volume.header.dims;
  const plane = ni * nj;
  phantom.labels.forEach((label, n) => {
    // Voxels whose six neighbours are of the same structure: no partial volume.
    if (label !== id) return;
    for (const step of [1, ni, plane]) if (phantom.labels[n - step] !== id || phantom.labels[n + step] !== id) return;
    values.push(phantom.volume.scalars[n] as number);
  });
  return values;
}

const mean = (v: readonly number[]) => v.reduce((a, b) => a + b, 0) / v.length;
const deviation = (v: readonly number[]) => {
  const m = mean(v);
  return Math.sqrt(mean(v.map((x) => (x - m) ** 2)));
};

describe('makePhantom', () => {
  it('gives the same bytes however many workers draw, and others for another seed', async () => {
    const one = await makePhantom(pool, spec(48), { workers: 1 });
    const two = await makePhantom(pool, spec(48), { workers: 2 });
    expect(Buffer.from(two.volume.scalars.buffer).equals(Buffer.from(one.volume.scalars.buffer))).toBe(true);
    expect(Buffer.from(two.labels.buffer).equals(Buffer.from(one.labels.buffer))).toBe(true);
    const other = await makePhantom(pool, spec(48, { seed: 12 }));
    expect(Buffer.from(other.labels.buffer).equals(Buffer.from(one.labels.buffer))).toBe(false);
    expect(one.volume.header).toMatchObject({ modality: 'CT', unit: 'HU', synthetic: true, format: 'phantom' });
  });

  it('counts what the labels hold; every voxel of the body has one, air and table none', async () => {
    const phantom = await makePhantom(pool, spec(96));
    const { labels, segments, volume } = phantom;
    const counts = new Array<number>(256).fill(0);
    for (const label of labels) counts[label] = (counts[label] as number) + 1;
    for (const s of segments) expect(s.voxels, s.name).toBe(counts[s.id]);
    expect(segments.every(({ id }, n) => id === n + 1)).toBe(true);
    // In each axial slice what is not labelled is one piece with the corner: no unlabelled hole in the body.
    const [ni, nj, nk] = volume.header.dims;
    for (let k = 0; k < nk; k += 5) {
      const seen = new Uint8Array(ni * nj);
      const queue = [0];
      seen[0] = 1;
      for (let n = queue.pop(); n !== undefined; n = queue.pop()) {
        const i = n % ni;
        for (const m of [i > 0 ? n - 1 : n, i + 1 < ni ? n + 1 : n, n - ni, n + ni])
          if (m >= 0 && m < ni * nj && !seen[m] && labels[m + k * ni * nj] === 0) {
            seen[m] = 1;
            queue.push(m);
          }
      }
      let holes = 0;
      for (let n = 0; n < ni * nj; n++) if (labels[n + k * ni * nj] === 0 && !seen[n]) holes++;
      // Between a raised arm and the neck there is air that may be closed off.
      if (k < nk * 0.75) expect(holes, `slice ${k}`).toBe(0);
    }
    const range: [number, number] = [0, 0];
    for (const v of volume.scalars) {
      if (v < range[0]) range[0] = v;
      if (v > range[1]) range[1] = v;
    }
    expect(volume.header.storedRange).toEqual(range);
    expect(range[0]).toBeLessThan(-1000);
  });

  it('has the HU of tissues and noise of the wanted strength', async () => {
    const phantom = await makePhantom(pool, spec(96, { noiseHu: 20 }));
    const quiet = await makePhantom(pool, spec(96, { noiseHu: 0 }));
    const noise = Array.from(phantom.volume.scalars, (v, n) => v - (quiet.volume.scalars[n] as number));
    expect(deviation(noise)).toBeGreaterThan(19.6);
    expect(deviation(noise)).toBeLessThan(20.4);
    expect(Math.abs(mean(noise))).toBeLessThan(0.2);
    // Band-limited: neighbours go together, voxels three apart do not.
    const together = (step: number) => {
      let sum = 0;
      for (let n = 0; n + step < noise.length; n++) sum += (noise[n] as number) * (noise[n + step] as number);
      return sum / noise.length / 400;
    };
    expect(together(1)).toBeGreaterThan(0.5);
    expect(Math.abs(together(3))).toBeLessThan(0.02);
    const between = (name: string, low: number, high: number) => {
      const m = mean(valuesOf(quiet, name));
      expect(m, name).toBeGreaterThan(low);
      expect(m, name).toBeLessThan(high);
    };
    between('liver', 102, 114);
    between('spleen', 116, 132);
    between('subcutaneous fat', -110, -80);
    between('muscle erector spinae', 40, 65);
    between('right lung', -900, -780);
    between('heart left ventricle', 270, 360);
    between('heart myocardium', 95, 190);
    between('trachea', -1001, -930);
    expect(quiet.volume.scalars[0]).toBe(-1000);
  });

  it('lesion volumes approach the exact ones as voxels shrink', async () => {
    const errors = async (size: number) => {
      const phantom = await makePhantom(pool, spec(size, { noiseHu: 0 }));
      return ['lung nodule', 'liver lesion', 'aortic aneurysm'].map((name) => {
        const s = phantom.segments.find((segment) => segment.name === name);
        return Math.abs((s?.volumeMl ?? 0) / (s?.exact.volumeMl ?? 1) - 1);
      });
    };
    const coarse = await errors(64);
    const fine = await errors(160);
    for (const error of fine) expect(error).toBeLessThan(0.04);
    expect(mean(fine)).toBeLessThan(mean(coarse));
  });

  it('any affine shows the same body: permuted and flipped axes give the very voxels', async () => {
    const plain = await makePhantom(pool, spec(40, { noiseHu: 0 }));
    const { m } = plain.volume.header.rasFromIjk;
    const [a, o] = [m[0] as number, m[12] as number];
    // i runs from superior to inferior, j from left to right, k from posterior to anterior; determinant negative.
    const turned = affine('ras', 'ijk', [0, 0, -a, 0, a, 0, 0, 0, 0, a, 0, 0, o, o, -o, 1]);
    const other = await makePhantom(pool, spec(40, { noiseHu: 0, rasFromIjk: turned }));
    let differ = 0;
    for (let k = 0; k < 40; k++)
      for (let j = 0; j < 40; j++)
        for (let i = 0; i < 40; i++) {
          const here = other.labels[i + 40 * (j + 40 * k)];
          const there = plain.labels[j + 40 * (k + 40 * (39 - i))];
          if (here !== there) differ++;
        }
    expect(differ).toBeLessThan(4);
  });

  it.each(anatomicalCases)(
    '%s: an oblique, anisotropic, mirrored grid holds at each voxel what lies at its RAS point',
    async (name) => {
      const rasFromIjk = affine(
        'ras',
        'ijk',
        [-4.6, 0.9, 0.4, 0, 0.8, 4.1, -1.2, 0, -0.7, 1.3, 7.5, 0, 190, -190, -170, 1],
      );
      const dims = [80, 84, 46] as const;
      const wanted = spec(80, { case: name, rasFromIjk, dims });
      const phantom = await makePhantom(pool, wanted);
      const body = await makeBody(wanted);
      const { origin = [0, 0, 0] } = body;
      const { labels } = paletteOf(body);
      const random = seeded(3);
      let wrong = 0;
      for (let n = 0; n < 3000; n++) {
        const [i, j, k] = dims.map((d) => Math.floor(random.next() * d)) as [number, number, number];
        const ras = transform(rasFromIjk, [i, j, k]);
        const p = ras.map((v, axis) => v / body.scale + (origin[axis] as number)) as [number, number, number];
        // Every structure asked, whole, without any choice beforehand.
        const first = body.structures.findIndex(({ shape }) => shape.distance(...p) < 0);
        const expected = first < 0 ? 0 : (labels[first] as number);
        if (phantom.labels[i + dims[0] * (j + dims[1] * k)] !== expected) wrong++;
      }
      expect(wrong).toBeLessThan(4);
    },
  );

  it('with a spacing the body keeps its size; without, the field of view stays', async () => {
    const volumeOf = async (grid: ReturnType<typeof phantomGrid>, name: string) => {
      const phantom = await makePhantom(pool, { case: 'thorax', ...grid, noiseHu: 0, seed: 5 });
      return phantom.segments.find((s) => s.name === name)?.volumeMl ?? 0;
    };
    const wide = await volumeOf(phantomGrid({ size: 96 }), 'heart left ventricle');
    const close = await volumeOf(phantomGrid({ size: [60, 60, 60], spacing: 3 }), 'heart left ventricle');
    const coarse = await volumeOf(phantomGrid({ size: 72 }), 'heart left ventricle');
    expect(close / wide).toBeCloseTo(1, 1);
    expect(coarse / wide).toBeCloseTo(1, 1);
  });

  it('stops when told', async () => {
    const abort = new AbortController();
    const making = makePhantom(pool, spec(200), { signal: abort.signal });
    setTimeout(() => abort.abort(), 300);
    await expect(making).rejects.toMatchObject({ code: 'cancelled' });
    expect((await makePhantom(pool, spec(16))).labels).toHaveLength(16 ** 3);
  });
});
