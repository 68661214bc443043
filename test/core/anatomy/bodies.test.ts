import { describe, expect, it } from 'vitest';
import { makeBelly } from '#core/anatomy/belly.ts';
import type { Body, Structure } from '#core/anatomy/body.ts';
import { makeHead } from '#core/anatomy/head.ts';
import { paletteOf } from '#core/anatomy/paint.ts';
import { seeded } from '#core/anatomy/random.ts';
import type { Triple } from '#core/anatomy/shape.ts';
import { makeThorax } from '#core/anatomy/thorax.ts';

const seeds = [1, 77];
const makers = { abdomen: makeBelly, head: makeHead } as const;
const bodies = new Map(
  (['abdomen', 'head'] as const).flatMap((name) =>
    seeds.map((seed) => [`${name} ${seed}`, makers[name](seed)] as const),
  ),
);
const bodyOf = (name: keyof typeof makers, seed: number) => bodies.get(`${name} ${seed}`) as Body;

function structure(body: Body, name: string): Structure {
  const found = body.structures.find((s) => s.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const inBox = ([x0, y0, z0, x1, y1, z1]: Structure['shape']['box'], [x, y, z]: Triple) =>
  x >= x0 && x <= x1 && y >= y0 && y <= y1 && z >= z0 && z <= z1;
const holds = ({ shape }: Structure, p: Triple) => inBox(shape.box, p) && shape.distance(...p) < 0;
/** Index of what is drawn at a point, −1 for nothing. */
const drawnAt = (body: Body, p: Triple) => body.structures.findIndex((s) => holds(s, p));

/** Points inside a structure and drawn as it, in its own mm; the box is cut at what can be seen. */
function pointsOf(body: Body, name: string, tries: number): Triple[] {
  const index = body.structures.findIndex((s) => s.name === name);
  const s = structure(body, name);
  const { origin = [0, 0, 0] } = body;
  const random = seeded(5);
  const low = [0, 1, 2].map((a) => Math.max(s.shape.box[a] as number, (origin[a] as number) - 205));
  const high = [0, 1, 2].map((a) => Math.min(s.shape.box[a + 3] as number, (origin[a] as number) + 205));
  const points: Triple[] = [];
  for (let n = 0; n < tries; n++) {
    const p = [0, 1, 2].map((a) => random.between(low[a] as number, high[a] as number)) as unknown as Triple;
    if (holds(s, p) && drawnAt(body, p) === index) points.push(p);
  }
  return points;
}
const middle = (points: readonly Triple[]): Triple =>
  [0, 1, 2].map((a) => points.reduce((sum, p) => sum + (p[a] as number), 0) / points.length) as unknown as Triple;

const findings = {
  abdomen: [
    'liver lesion',
    'second liver lesion',
    'kidney stone',
    'renal cyst',
    'pancreatic tumour',
    'aortic aneurysm',
  ],
  head: ['cerebral aneurysm', 'subdural haematoma', 'meningioma', 'brain lesion'],
} as const;

const wanted = {
  abdomen: [
    ...[
      'vertebra l1',
      'vertebra l5',
      'intervertebral disc l4-l5',
      'right rib 11',
      'sacrum',
      'left hip bone',
      'right femur',
    ],
    ...[
      'liver',
      'liver vessels',
      'gallbladder',
      'spleen',
      'pancreas',
      'stomach',
      'duodenum',
      'colon',
      'small bowel',
      'rectum',
    ],
    ...[
      'right kidney',
      'left kidney',
      'right renal medulla',
      'left renal pelvis',
      'adrenal glands',
      'bladder',
      'aorta',
    ],
    ...['coeliac trunk', 'superior mesenteric artery', 'right renal artery', 'left iliac artery', 'inferior vena cava'],
    ...['muscle psoas', 'muscle rectus abdominis', 'muscle gluteus maximus', 'abdominal fat', 'subcutaneous fat'],
  ],
  head: [
    ...[
      'scalp',
      'skull',
      'mandible',
      'upper teeth',
      'lower teeth',
      'maxillary sinus',
      'frontal sinus',
      'mastoid cells',
    ],
    ...['right eye', 'left lens', 'left optic nerve', 'grey matter', 'white matter', 'cerebellum', 'brainstem', 'falx'],
    ...['right lateral ventricle', 'third ventricle', 'fourth ventricle', 'cerebrospinal fluid', 'left thalamus'],
    ...['right caudate', 'left putamen', 'right internal carotid artery', 'basilar artery', 'superior sagittal sinus'],
    ...[
      'left middle cerebral artery',
      'right anterior cerebral artery',
      'right posterior cerebral artery',
      'brain oedema',
    ],
  ],
} as const;

describe.each(['abdomen', 'head'] as const)('the %s', (name) => {
  it('has unique lower-case names, the same words for the same organ as the thorax', () => {
    const body = bodyOf(name, 1);
    const { names } = paletteOf(body);
    expect(names.length).toBeLessThan(256);
    for (const word of names) expect(word).toMatch(/^[a-z0-9 -]+$/);
    for (const word of names.filter((n) => n.startsWith('muscle'))) expect(word).not.toMatch(/rib|stern|scapul|spine/);
    for (const word of wanted[name]) expect(names).toContain(word);
    for (const word of findings[name]) expect(names).toContain(word);
    const chest = new Set(paletteOf(makeThorax(1)).names);
    const shared = names.filter((word) => chest.has(word));
    expect(shared.length).toBeGreaterThan(name === 'abdomen' ? 50 : 4);
  });

  it.each(seeds)('seed %i: findings have the volume they claim, and nothing lies over them', (seed) => {
    const body = bodyOf(name, seed);
    for (const finding of findings[name]) {
      const s = structure(body, finding);
      const index = body.structures.indexOf(s);
      const [x0, y0, z0, x1, y1, z1] = s.shape.box;
      const step =
        ((x1 - x0) * (y1 - y0) * (z1 - z0) * (finding === 'subdural haematoma' ? 1 / 500_000 : 1 / 50_000)) ** (1 / 3);
      let count = 0;
      for (let z = z0 + 0.37 * step; z < z1; z += step)
        for (let y = y0 + 0.61 * step; y < y1; y += step)
          for (let x = x0 + 0.13 * step; x < x1; x += step)
            if (s.shape.distance(x, y, z) < 0 && drawnAt(body, [x, y, z]) === index) count++;
      const ratio = (count * step ** 3 * body.scale ** 3) / 1000 / (s.exact.volumeMl as number);
      expect(Math.abs(ratio - 1), `${finding} ${ratio}`).toBeLessThan(0.02);
    }
  });

  it.each(seeds)('seed %i: every organ is there, inside the skin', (seed) => {
    const body = bodyOf(name, seed);
    const skin = structure(body, 'subcutaneous fat');
    for (const word of new Set(paletteOf(body).names)) {
      const few = pointsOf(body, word, 1500);
      // The box of a thin sheet is mostly empty.
      const points = few.length > 0 ? few : pointsOf(body, word, 30_000);
      // The serratus barely reaches the belly.
      if (word !== 'muscle serratus') expect(points.length, word).toBeGreaterThan(0);
      expect(Math.max(...points.map((p) => skin.shape.distance(...p))), word).toBeLessThan(0.5);
    }
  });

  it('differs from seed to seed and is the same for the same', () => {
    const facts = (body: Body) => JSON.stringify([body.scale, body.structures.map(({ exact }) => exact)]);
    expect(new Set(seeds.map((seed) => facts(bodyOf(name, seed)))).size).toBe(seeds.length);
    expect(facts(makers[name](77))).toBe(facts(bodyOf(name, 77)));
  });
});

describe('the abdomen’s sides', () => {
  it.each(seeds)('seed %i: right is +x; liver right, spleen, stomach and aorta left', (seed) => {
    const body = bodyOf('abdomen', seed);
    const at = (word: string) => middle(pointsOf(body, word, 4000));
    for (const pair of ['kidney', 'hip bone', 'femur', 'renal pelvis', 'rib 10']) {
      expect(at(`right ${pair}`)[0]).toBeGreaterThan(15);
      expect(at(`left ${pair}`)[0]).toBeLessThan(-15);
    }
    expect(at('liver')[0]).toBeGreaterThan(20);
    expect(at('gallbladder')[0]).toBeGreaterThan(20);
    expect(at('inferior vena cava')[0]).toBeGreaterThan(8);
    for (const word of ['spleen', 'stomach']) expect(at(word)[0]).toBeLessThan(-20);
    expect(at('aorta')[0]).toBeLessThan(0);
    expect(at('vertebra l1')[2]).toBeGreaterThan(at('vertebra l5')[2] + 100);
    expect(at('bladder')[1]).toBeGreaterThan(at('rectum')[1] + 40);
    expect(at('liver')[2]).toBeGreaterThan(at('bladder')[2] + 180);
  });

  it.each(seeds)('seed %i: findings lie in their organs', (seed) => {
    const body = bodyOf('abdomen', seed);
    const share = (finding: string, hosts: readonly string[]) => {
      const points = pointsOf(body, finding, 3000);
      return points.filter((p) => hosts.some((host) => holds(structure(body, host), p))).length / points.length;
    };
    expect(share('liver lesion', ['liver'])).toBe(1);
    expect(share('second liver lesion', ['liver'])).toBe(1);
    expect(
      share('kidney stone', ['right kidney', 'left kidney', 'right renal pelvis', 'left renal pelvis']),
    ).toBeGreaterThan(0.9);
    expect(share('renal cyst', ['right kidney', 'left kidney'])).toBeGreaterThan(0.15);
    expect(share('pancreatic tumour', ['pancreas'])).toBeGreaterThan(0.4);
  });
});

describe('the head’s insides', () => {
  it.each(seeds)('seed %i: sides, heights and depths', (seed) => {
    const body = bodyOf('head', seed);
    const at = (word: string) => middle(pointsOf(body, word, 4000));
    for (const pair of [
      'eye',
      'lateral ventricle',
      'thalamus',
      'caudate',
      'putamen',
      'internal carotid artery',
      'parotid gland',
    ]) {
      expect(at(`right ${pair}`)[0]).toBeGreaterThan(3);
      expect(at(`left ${pair}`)[0]).toBeLessThan(-3);
    }
    expect(at('cerebellum')[1]).toBeLessThan(at('brainstem')[1] - 20);
    expect(at('right eye')[1]).toBeGreaterThan(at('right thalamus')[1] + 60);
    expect(at('mandible')[2]).toBeLessThan(at('upper teeth')[2]);
    expect(at('right putamen')[0]).toBeGreaterThan(at('right globus pallidus')[0]);
    expect(at('grey matter')[2]).toBeGreaterThan(at('cerebellum')[2] + 25);
  });

  it.each(seeds)('seed %i: findings lie where they should', (seed) => {
    const body = bodyOf('head', seed);
    for (const p of pointsOf(body, 'brain lesion', 2000)) expect(holds(structure(body, 'grey matter'), p)).toBe(true);
    for (const word of ['meningioma', 'subdural haematoma'])
      for (const p of pointsOf(body, word, 3000)) {
        expect(holds(structure(body, 'cerebrospinal fluid'), p), word).toBe(true);
        expect(holds(structure(body, 'grey matter'), p), word).toBe(false);
      }
  });

  it('volumes of the brain’s parts are a person’s', () => {
    const body = bodyOf('head', 1);
    const names = body.structures.map((s) => s.name);
    const cavity = structure(body, 'cerebrospinal fluid').shape.box;
    const random = seeded(3);
    const counts = new Map<string, number>();
    const tries = 60_000;
    for (let n = 0; n < tries; n++) {
      const p = [0, 1, 2].map((a) => random.between(cavity[a] as number, cavity[a + 3] as number)) as unknown as Triple;
      const word = names[drawnAt(body, p)] ?? 'nothing';
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const box = (cavity[3] - cavity[0]) * (cavity[4] - cavity[1]) * (cavity[5] - cavity[2]) * body.scale ** 3;
    const ml = (word: string) => ((counts.get(word) ?? 0) / tries) * (box / 1000);
    const between = (word: string, low: number, high: number) => {
      expect(ml(word), word).toBeGreaterThan(low);
      expect(ml(word), word).toBeLessThan(high);
    };
    // Courchesne et al., Radiology 2000; Allen et al., NeuroImage 2002: adults' ranges, widened.
    between('grey matter', 400, 800);
    between('white matter', 330, 620);
    between('cerebellum', 100, 180);
    between('cerebrospinal fluid', 120, 320);
    between('brainstem', 20, 45);
  });
});
