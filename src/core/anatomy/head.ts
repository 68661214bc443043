import { type Body, type Exact, exactInRas, type Structure } from './body.ts';
import { foliaPhase, makeBrain } from './brain.ts';
import { grown, intersection, uneven, union } from './combine.ts';
import { againstVault, crescent, DIRECTIONS, makeCranium } from './cranium.ts';
import { GLOBE_MM, makeHeadSoft } from './headSoft.ts';
import { makeHeadVessels } from './headVessels.ts';
import { seeded } from './random.ts';
import { clamp01, ellipsoid, type Shape, sine, smoothstep, type Triple } from './shape.ts';
import { makeSkull } from './skull.ts';
import { makeSpine } from './spine.ts';
import { bone, flesh, marbled, mottle, type Tissue } from './tissue.ts';
import { unit } from './vector.ts';

/** The field of view's middle in the structures' own mm: crown and larynx are both in it. */
const ORIGIN: Triple = [0.31, 0.2, -7.1];
const NECK = {
  levels: [
    ['c1', 15, 10, 6, 5, 8, 2],
    ['c2', 17, 11, 8, 8, 20, 4],
    ['c3', 16.5, 11.5, 8, 6.2, 16, 5],
    ['c4', 16.5, 12, 8, 6.2, 17, 5],
    ['c5', 17, 12, 8.2, 6.3, 20, 6],
    ['c6', 17, 12, 8.5, 6.5, 26, 7],
  ] as const,
  top: -55,
  lineY: (z: number, bend: number) => -14 - 0.004 * bend * (z + 94) ** 2,
};

/** A head, on its back, contrast in arteries and veins. Same seed, same head. */
export function makeHead(seed: number): Body {
  const random = seeded(seed);
  const scale = random.fork('size').around(1, 0.03);
  const cranium = makeCranium();
  const spine = makeSpine(random.fork('spine'), NECK);
  const skull = makeSkull(random.fork('skull'), cranium);
  const soft = makeHeadSoft(cranium);
  const { vessels, bifurcation } = makeHeadVessels(random.fork('vessels'), cranium);

  const structures: Structure[] = [];
  const put = (group: string, name: string, shape: Shape, tissue: Tissue, exact: Exact = {}) => {
    structures.push({ group, name, shape, tissue, exact: exactInRas(exact, scale, ORIGIN), labelled: true });
  };

  const ill = random.fork('lesions');
  const side = ill.next() < 0.5 ? 1 : -1;
  const blood = crescent(
    cranium,
    unit([side * 0.92, ill.between(-0.3, 0.1), ill.between(0.28, 0.4)]),
    ill.between(0.1, 0.15),
    ill.between(1.35, 1.5),
  );
  const meningiomaMm: Triple = [ill.between(9, 14), ill.between(12, 16), ill.between(11, 15)];
  const meningioma = againstVault(
    cranium,
    [-side * ill.between(0.5, 0.75), ill.between(0.25, 0.55), 0.6],
    meningiomaMm,
    0.4,
  );
  const brain = makeBrain(random.fork('brain'), cranium, [blood.shape, meningioma.shape]);
  const lesionMm = ill.between(7.5, 11.5);
  const lesionAxes: Triple = [lesionMm, lesionMm * ill.between(0.82, 0.95), lesionMm * ill.between(0.8, 0.95)];
  const lesionAt = deepest(
    brain.pia,
    lesionMm,
    Array.from({ length: 60 }, (): Triple => [-side * ill.between(22, 36), ill.between(-52, -22), ill.between(42, 58)]),
  );
  const aneurysmAt = bifurcation[ill.next() < 0.5 ? 'right' : 'left'];
  const aneurysmMm = ill.between(2.6, 4.2);

  const tone = random.fork('contrast');
  const cortex = tone.around(980, 0.06);
  const diploe = tone.between(222, 248);
  const arterial = tone.between(300, 360);
  const venous = tone.between(170, 210);

  const solidExact = (semi: Triple, centreRas: Triple): Exact => ({
    volumeMl: ((4 / 3) * Math.PI * semi[0] * semi[1] * semi[2]) / 1000,
    diameterMm: 2 * Math.max(...semi),
    centreRas,
  });
  const dome: Triple = [
    aneurysmAt[0] + Math.sign(aneurysmAt[0]) * aneurysmMm * 0.8,
    aneurysmAt[1] + 1,
    aneurysmAt[2] - aneurysmMm * 0.5,
  ];
  const round: Triple = [aneurysmMm, aneurysmMm, aneurysmMm];
  put('lesions', 'cerebral aneurysm', ellipsoid(dome, round), arterial, solidExact(round, dome));
  put('lesions', 'subdural haematoma', blood.shape, flesh(66, 5, 11), blood.exact);
  put('lesions', 'meningioma', meningioma.shape, flesh(92, 5, 8), solidExact(meningiomaMm, meningioma.centre));
  const ring: Tissue = (_x, _y, _z, d, width) => 20 + 62 * clamp01((d + 3) / Math.max(1, width) + 0.5);
  put('lesions', 'brain lesion', ellipsoid(lesionAt, lesionAxes), ring, solidExact(lesionAxes, lesionAt));

  for (const v of vessels)
    put(v.kind === 'artery' ? 'arteries' : 'veins', v.name, v.shape, v.kind === 'artery' ? arterial : venous);
  for (const eye of soft.eyes) {
    put('eyes', `${eye.side} lens`, eye.lens, 92);
    put(
      'eyes',
      `${eye.side} eye`,
      eye.globe,
      (_x, _y, _z, d, width) => 14 + 46 * clamp01((d + 1.2) / Math.max(1, width) + 0.5),
      {
        diameterMm: 2 * GLOBE_MM,
        volumeMl: eye.volumeMl,
        centreRas: eye.centre,
      },
    );
  }
  put('nerves', 'optic chiasm', soft.chiasm, flesh(36, 2, 10));
  for (const eye of soft.eyes) put('nerves', `${eye.side} optic nerve`, eye.nerve, flesh(36, 2, 10));

  const fluid = flesh(8, 3, 20);
  const { ventricles } = brain;
  put('ventricles', 'right lateral ventricle', ventricles.right, fluid);
  put('ventricles', 'left lateral ventricle', ventricles.left, fluid);
  put('ventricles', 'third ventricle', ventricles.third, fluid);
  put('ventricles', 'fourth ventricle', ventricles.fourth, fluid);
  put('brain', 'corpus callosum', brain.callosum, flesh(31, 2, 14));
  for (const n of brain.nuclei) put('brain', n.name, n.shape, flesh(n.name.includes('pallidus') ? 42 : 40, 2, 9));
  put('brain', 'brainstem', brain.brainstem, flesh(32, 2, 12));
  put('brain', 'pituitary gland', ellipsoid([0, 13, 0.5], [6, 5, 4]), 62);
  put('meninges', 'falx', brain.falx, flesh(60, 4, 20));
  put('meninges', 'tentorium', brain.tentorium, flesh(60, 4, 20));
  const reach = lesionMm + 8;
  const swelling = uneven(ellipsoid(lesionAt, [reach * 1.05, reach * 1.25, reach]), 3, 24, 1.3);
  put('lesions', 'brain oedema', intersection([swelling, grown(brain.white, -0.3)]), flesh(22, 2, 12));
  put('brain', 'white matter', brain.white, flesh(30, 1.5, 16));
  put('brain', 'grey matter', brain.pia, flesh(39, 1.5, 9));
  put('brain', 'cerebellum', brain.cerebellum, (x, y, z, d) => {
    const leaf = smoothstep(-0.5, 0.8, sine(foliaPhase(x, y, z) + 2.4));
    const core = smoothstep(9, 13, -d);
    return 40 - 9 * Math.max(core, 0.75 * leaf * smoothstep(2, 4, -d));
  });
  put('brain', 'cerebrospinal fluid', cranium.cavity, fluid);

  put('nerves', 'spinal cord', spine.cord, flesh(42, 3, 20));
  put('nerves', 'spinal canal', union([spine.canal, intersection([skull.canal, grown(spine.canal, 6)])]), fluid);
  put('teeth', 'upper teeth', skull.teeth.upper, (_x, _y, z, d) => (d > -1.3 && z < -49 ? 2500 : 1500));
  put('teeth', 'lower teeth', skull.teeth.lower, (_x, _y, z, d) => (d > -1.3 && z > -62 ? 2500 : 1500));
  const cells: Tissue = (x, y, z) => {
    const gap = Math.abs(
      sine(1.35 * x + sine(0.5 * z)) + sine(1.25 * y + sine(0.6 * x)) + sine(1.4 * z + sine(0.4 * y)),
    );
    return -940 + 1150 * (1 - smoothstep(0.12, 0.5, gap));
  };
  for (const { name, shape, cells: many } of skull.hollows)
    put(name === 'nasal septum' ? 'nose' : 'air', name, shape, name === 'nasal septum' ? 60 : many ? cells : -1000);
  put('air', 'pharynx', soft.pharynx, -1000);
  put('neck', 'laryngeal cartilage', soft.larynx, flesh(115, 20, 8));
  put('neck', 'pharynx wall', grown(soft.pharynx, 3.2), flesh(50, 5, 9));
  put('orbits', 'muscle eye', (soft.muscles[0] as (typeof soft.muscles)[number]).shape, flesh(58, 4, 10));
  for (const v of spine.vertebrae)
    put('spine', `vertebra ${v.name}`, v.shape, bone(cortex * 0.8, 210, 1.5), { centreRas: [0, v.y, v.z] });
  for (const disc of spine.discs)
    if (disc.name !== 'c1-c2') put('spine', `intervertebral disc ${disc.name}`, disc.shape, flesh(88, 8, 12));
  put('skull', 'mandible', skull.mandible, bone(cortex, 240, 2));
  put('skull', 'skull', skull.bone, bone(cortex, diploe, 1.5));
  const beneath = (shape: Shape) => intersection([shape, grown(soft.fascia, -0.6)], 1);
  for (const gland of soft.glands)
    put('glands', gland.name, beneath(gland.shape), flesh(gland.name.includes('parotid') ? 24 : 58, 6, 7));
  put('orbits', 'orbital fat', skull.orbits, flesh(-98, 5, 14));
  put('mouth', 'tongue', soft.tongue, marbled(62, 60));
  for (const m of soft.muscles.slice(1)) put('muscles', m.name, beneath(m.shape), marbled(58, 70));
  put('fat', 'intermuscular fat', soft.fascia, flesh(-70, 20, 13));
  const coat: Tissue = (x, y, z, d, width) => {
    const skinShare = clamp01((d + 1.9) / Math.max(1, width) + 0.5);
    return skinShare * 30 + (1 - skinShare) * (-96 + 6 * mottle(x, y, z, 21));
  };
  put('fat', 'ear cartilage', grown(soft.ears, -1.6), flesh(90, 12, 9));
  put('scalp', 'scalp', soft.scalp, coat);
  put('fat', 'subcutaneous fat', soft.skin, coat);
  return { structures, scale, origin: ORIGIN };
}

/** The first of the centres about which a ball lies within the brain, sulci left out; else the one whose ball leaves it least. */
function deepest(brain: Shape, radius: number, centres: readonly Triple[]): Triple {
  let best = centres[0] as Triple;
  let least = Number.POSITIVE_INFINITY;
  for (const centre of centres) {
    let out = Number.NEGATIVE_INFINITY;
    for (const [x, y, z] of DIRECTIONS)
      out = Math.max(out, brain.distance(centre[0] + radius * x, centre[1] + radius * y, centre[2] + radius * z));
    if (out < -0.5) return centre;
    if (out < least) [least, best] = [out, centre];
  }
  return best;
}
