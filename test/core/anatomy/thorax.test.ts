import { describe, expect, it } from 'vitest';
import type { Body, Structure } from '#core/anatomy/body.ts';
import { paletteOf } from '#core/anatomy/paint.ts';
import { seeded } from '#core/anatomy/random.ts';
import { makeThorax } from '#core/anatomy/thorax.ts';

const seeds = [1, 2, 20260725, 4294967296 + 5];
const bodies = new Map(seeds.map((seed) => [seed, makeThorax(seed)]));

function structure(body: Body, name: string): Structure {
  const found = body.structures.find((s) => s.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function volumeMl(
  s: Structure,
  step: number,
  scale: number,
  unless: (x: number, y: number, z: number) => boolean,
): number {
  const [x0, y0, z0, x1, y1, z1] = s.shape.box;
  let inside = 0;
  for (let z = z0 + step / 2; z < z1; z += step)
    for (let y = y0 + step / 2; y < y1; y += step)
      for (let x = x0 + step / 2; x < x1; x += step) if (s.shape.distance(x, y, z) < 0 && !unless(x, y, z)) inside++;
  return (inside * step ** 3 * scale ** 3) / 1000;
}

describe('makeThorax', () => {
  it('names are unique lower-case English, bones told from muscles', () => {
    const { names } = paletteOf(bodies.get(1) as Body);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeLessThan(256);
    for (const name of names) expect(name).toMatch(/^[a-z0-9 -]+$/);
    for (const name of names.filter((n) => n.startsWith('muscle'))) expect(name).not.toMatch(/rib|stern|scapul|spine/);
    const wanted = [
      ...[
        'subcutaneous fat',
        'muscle pectoral',
        'vertebra t1',
        'vertebra t12',
        'vertebra l1',
        'intervertebral disc t5-t6',
      ],
      ...[
        'sternum',
        'left scapula',
        'right scapula',
        'right lung',
        'left lung',
        'trachea',
        'airway',
        'pulmonary artery',
      ],
      ...['lung vessels', 'heart left ventricle', 'heart myocardium', 'aorta', 'liver', 'liver vessels', 'left kidney'],
      ...['right kidney', 'spleen', 'stomach', 'lung nodule', 'liver lesion', 'aortic aneurysm', 'rib fracture'],
      ...Array.from({ length: 12 }, (_, n) => `right rib ${n + 1}`),
      ...Array.from({ length: 12 }, (_, n) => `left rib ${n + 1}`),
    ];
    for (const name of wanted) expect(names).toContain(name);
    expect(names.filter((n) => n.startsWith('costal cartilage'))).toHaveLength(20);
  });

  it.each(seeds)('seed %i: lesions have the volume they claim, and nothing lies over them', (seed) => {
    const body = bodies.get(seed) as Body;
    const names = body.structures.map(({ name }) => name);
    for (const [name, step] of [
      ['lung nodule', 0.6],
      ['liver lesion', 0.8],
      ['rib fracture', 0.3],
      ['aortic aneurysm', 1],
    ] as const) {
      const s = structure(body, name);
      const before = body.structures.slice(0, names.indexOf(name));
      const hidden = (x: number, y: number, z: number) =>
        before.some(
          ({ shape: { box, distance } }) =>
            x >= box[0] &&
            x <= box[3] &&
            y >= box[1] &&
            y <= box[4] &&
            z >= box[2] &&
            z <= box[5] &&
            distance(x, y, z) < 0,
        );
      const ratio = volumeMl(s, step, body.scale, hidden) / (s.exact.volumeMl as number);
      expect(Math.abs(ratio - 1), `${name} ${ratio}`).toBeLessThan(0.015);
    }
  });

  it.each(seeds)('seed %i: nodule in a lung, lesion in the liver, diameters true', (seed) => {
    const body = bodies.get(seed) as Body;
    const check = (name: string, hosts: readonly string[]) => {
      const { shape, exact } = structure(body, name);
      const centre = (exact.centreRas as readonly number[]).map((v) => v / body.scale) as [number, number, number];
      const radius = (exact.diameterMm as number) / 2 / body.scale;
      const random = seeded(seed);
      let widest = 0;
      for (let n = 0; n < 4000; n++) {
        const [u, v] = [Math.acos(2 * random.next() - 1), 2 * Math.PI * random.next()];
        const way = [Math.sin(u) * Math.cos(v), Math.sin(u) * Math.sin(v), Math.cos(u)] as const;
        const out = (t: number) => centre.map((c, a) => c + (way[a] as number) * t) as [number, number, number];
        let [low, high] = [0, radius * 1.5];
        for (let s = 0; s < 30; s++) {
          const t = (low + high) / 2;
          if (shape.distance(...out(t)) < 0) low = t;
          else high = t;
        }
        widest = Math.max(widest, low);
        expect(hosts.some((host) => structure(body, host).shape.distance(...out(low)) < 0)).toBe(true);
      }
      expect(widest / radius).toBeGreaterThan(0.99);
      expect(widest / radius).toBeLessThan(1.0001);
    };
    check('lung nodule', ['right lung', 'left lung']);
    check('liver lesion', ['liver']);
  });

  it.each(seeds)(
    'seed %i: right is +x, the arch and the heart’s apex are left, the liver right, the spleen left',
    (seed) => {
      const body = bodies.get(seed) as Body;
      const middle = (name: string) => {
        const { shape } = structure(body, name);
        const random = seeded(9);
        const [x0, y0, z0, x1, y1, z1] = shape.box;
        const sum = [0, 0, 0, 0];
        for (let n = 0; n < 6000; n++) {
          const p = [
            random.between(x0, x1),
            random.between(Math.max(y0, -200), Math.min(y1, 200)),
            random.between(Math.max(z0, -200), Math.min(z1, 200)),
          ] as const;
          if (shape.distance(...p) >= 0) continue;
          p.forEach((v, a) => {
            sum[a] = (sum[a] as number) + v;
          });
          sum[3] = (sum[3] as number) + 1;
        }
        const [x, y, z, count] = sum as [number, number, number, number];
        expect(count, name).toBeGreaterThan(10);
        return [x / count, y / count, z / count] as const;
      };
      for (const pair of ['lung', 'kidney', 'scapula', 'clavicle', 'rib 5', 'humerus']) {
        expect(middle(`right ${pair}`)[0]).toBeGreaterThan(15);
        expect(middle(`left ${pair}`)[0]).toBeLessThan(-15);
      }
      expect(middle('liver')[0]).toBeGreaterThan(20);
      expect(middle('spleen')[0]).toBeLessThan(-50);
      expect(middle('stomach')[0]).toBeLessThan(-20);
      expect(middle('heart left ventricle')[0]).toBeLessThan(middle('heart right atrium')[0] - 30);
      expect(middle('sternum')[1]).toBeGreaterThan(middle('vertebra t6')[1] + 80);
      expect(middle('right lung')[2]).toBeGreaterThan(middle('liver')[2] + 50);
      expect(middle('vertebra t1')[2]).toBeGreaterThan(middle('vertebra t12')[2] + 200);
    },
  );

  it('seeds differ in build and in where the disease is', () => {
    const facts = seeds.map((seed) => {
      const body = bodies.get(seed) as Body;
      return JSON.stringify([
        body.scale,
        structure(body, 'lung nodule').exact,
        structure(body, 'aortic aneurysm').exact,
      ]);
    });
    expect(new Set(facts).size).toBe(seeds.length);
    expect(makeThorax(1).structures.map(({ exact }) => exact)).toEqual(
      (bodies.get(1) as Body).structures.map(({ exact }) => exact),
    );
  });
});
