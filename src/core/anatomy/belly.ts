import { makeAbdomen } from './abdomen.ts';
import { makeBellyVessels } from './bellyVessels.ts';
import { type Body, type Exact, exactInRas, type Structure } from './body.ts';
import { grown, intersection, mirrored, receded, uneven, union, without } from './combine.ts';
import { contents, makeColon, makeSmallBowel, walled } from './gut.ts';
import { makeMuscles } from './muscles.ts';
import { type Finding, place } from './pathology.ts';
import { FEMORAL_HEAD_MM, HIP, makePelvis } from './pelvis.ts';
import { seeded } from './random.ts';
import { makeRibcage } from './ribs.ts';
import { clamp01, EVERYWHERE, ellipsoid, field, type Shape, sine, smoothstep, type Triple } from './shape.ts';
import { levelsFrom, makeSpine } from './spine.ts';
import { table } from './table.ts';
import { bone, flesh, marbled, mottle, type Tissue } from './tissue.ts';
import { bellyTrunk, makeDome } from './torso.ts';
import { flatTube, tube } from './tube.ts';

/** The field of view's middle in the structures' own mm (the chest's: the carina lies at z = 79); off the lattice of the midline. */
const ORIGIN: Triple = [0.37, -8.2, -205.3];

const LUMBAR = {
  ...levelsFrom('c6'),
  lineY: (z: number, bend: number) => {
    const d = z - 15;
    const curve = d > 0 ? 0.00165 * d * d : 0.00062 * d * d;
    // The hollow of the back: furthest forwards at l4.
    return -60 + bend * (curve - 0.0017 * Math.max(0, -186 - z) ** 2);
  },
};
const SPINE = {
  ...LUMBAR,
  levels: [
    ...LUMBAR.levels,
    ['l4', 34.5, 24.5, 17.5, 13.6, 30, 8],
    ['l5', 31, 25.5, 17.5, 13.4, 22, 6],
    ['s1', 30, 25.5, 16, 12, 10, 4],
  ] as const,
};

/** From the diaphragm to the hips, on its back, portal-venous contrast. Same seed, same body. */
export function makeBelly(seed: number): Body {
  const random = seeded(seed);
  const scale = random.fork('size').around(1, 0.035);
  const { cage, skin } = bellyTrunk(random.fork('trunk'));
  const dome = makeDome(cage, random.fork('breath').between(-6, 4));
  const spine = makeSpine(random.fork('spine'), SPINE);
  const ribcage = makeRibcage(random.fork('ribs'), cage, spine);
  const vessels = makeBellyVessels(random.fork('vessels'), spine);
  const organs = makeAbdomen(random.fork('belly'), {
    cage,
    dome,
    spine,
    keepOut: [vessels.cava, vessels.aorta],
    grownBy: { liverMm: 22, spleen: 1.12 },
  });
  const pelvis = makePelvis();
  const room = grown(cage.shape, -10);
  const gut = random.fork('gut');
  const { colon, rectum } = makeColon(gut.fork('colon'), room);
  const smallBowel = makeSmallBowel(gut.fork('small bowel'), room);

  const structures: Structure[] = [];
  const put = (group: string, name: string, shape: Shape, tissue: Tissue, exact: Exact = {}) => {
    structures.push({ group, name, shape, tissue, exact: exactInRas(exact, scale, ORIGIN), labelled: true });
  };
  const tone = random.fork('contrast');
  const cortex = tone.around(740, 0.06);
  const spongy = tone.between(140, 185);
  const arterial = tone.between(150, 172);
  const venous = tone.between(168, 198);
  const long = bone(cortex, spongy, 1.9);
  const fat = flesh(-102, 5, 31);
  const muscle = marbled(58, 90);

  const ill = random.fork('lesions');
  const finding = (name: string, { shape, tissue, exact }: Finding) => put('lesions', name, shape, tissue, exact);
  const lesions = twoLesions(ill, organs.liver);
  finding('liver lesion', lesions[0]);
  finding('second liver lesion', lesions[1]);
  const stoneSide = ill.next() < 0.5 ? 'right' : 'left';
  const cystSide = stoneSide === 'right' ? 'left' : 'right';
  const sign = { right: 1, left: -1 } as const;
  const kidneyAt = (side: 'right' | 'left') => organs.kidneys[side].centre;
  const [kx, ky, kz] = kidneyAt(stoneSide);
  finding('kidney stone', ball([kx - sign[stoneSide] * 9, ky + 1, kz - 6], ill.between(2.8, 5), 820));
  const [cx, cy, cz] = kidneyAt(cystSide);
  const cyst = ill.between(11, 17);
  finding('renal cyst', ball([cx + sign[cystSide] * (20 + 0.4 * cyst), cy - 4, cz - 26], cyst, 8));
  const tumourMm: Triple = [ill.between(9, 12), ill.between(8.5, 11), ill.between(8.5, 12)];
  put('lesions', 'pancreatic tumour', ellipsoid([25, 18, -147], tumourMm), flesh(60, 5, 8), {
    volumeMl: ((4 / 3) * Math.PI * tumourMm[0] * tumourMm[1] * tumourMm[2]) / 1000,
    diameterMm: 2 * Math.max(...tumourMm),
    centreRas: [25, 18, -147],
  });

  put('nerves', 'spinal cord', intersection([spine.cord, above(-150)]), flesh(42, 3, 20));
  put('nerves', 'spinal canal', intersection([spine.canal, above(-290)]), flesh(10, 6, 20), { diameterMm: 16 });
  const seen = (name: string) => /^(t([89]|1[0-2])|l)/.test(name);
  for (const v of spine.vertebrae)
    if (seen(v.name))
      put('spine', `vertebra ${v.name}`, v.shape, bone(cortex, spongy + 20, 1.7), {
        centreRas: [0, v.y, v.z],
        lengthMm: 2 * v.half.height,
        tiltDegrees: (v.tilt * 180) / Math.PI,
      });
  for (const disc of spine.discs)
    if (seen(disc.name)) put('spine', `intervertebral disc ${disc.name}`, disc.shape, flesh(88, 8, 12));
  for (const rib of ribcage.ribs) if (rib.number >= 6) put('ribs', `${rib.side} rib ${rib.number}`, rib.shape, long);
  put('chest wall', 'sternum', ribcage.sternum, bone(cortex, spongy - 10, 1.7));
  for (const c of ribcage.cartilages)
    if (c.number >= 6) put('cartilages', `costal cartilage ${c.side} ${c.number}`, c.shape, flesh(112, 16, 10));
  put('pelvis', 'sacrum', pelvis.sacrum, bone(cortex * 0.9, spongy, 1.5));
  put('pelvis', 'coccyx', pelvis.coccyx, bone(cortex * 0.9, spongy, 1.4));
  for (const side of ['right', 'left'] as const) {
    put('pelvis', `${side} hip bone`, pelvis.hips[side], bone(cortex, spongy, 1.7));
    put('pelvis', `${side} femur`, pelvis.femurs[side], bone(cortex, spongy + 30, 1.8), {
      diameterMm: 2 * FEMORAL_HEAD_MM,
      centreRas: [sign[side] * HIP[0], HIP[1], HIP[2]],
    });
  }
  put('pelvis', 'hip cartilage', pelvis.hipCartilage, 110);
  put('pelvis', 'pubic symphysis', pelvis.symphysis, flesh(95, 8, 8));

  const { aneurysm } = vessels;
  put(
    'lesions',
    'aortic aneurysm',
    aneurysm.shape,
    (x, y, z, _d, width) => {
      const inside = clamp01(0.5 - aneurysm.lumen.distance(x, y, z) / Math.max(1, width));
      return 44 + (arterial - 44) * inside;
    },
    {
      diameterMm: aneurysm.diameterMm,
      lengthMm: aneurysm.lengthMm,
      centreRas: aneurysm.centre,
      volumeMl: aneurysm.volumeMm3 / 1000,
    },
  );
  put('arteries', 'aorta', vessels.aorta, flesh(arterial, 6, 40), { diameterMm: vessels.aorticDiameterMm });
  for (const v of vessels.named.filter(({ kind }) => kind === 'artery')) put('arteries', v.name, v.shape, arterial);
  put('veins', 'inferior vena cava', vessels.cava, flesh(venous - 8, 10, 40));
  for (const v of vessels.named.filter(({ kind }) => kind === 'vein')) put('veins', v.name, v.shape, venous);

  put('glands', 'adrenal glands', adrenals(), 78);
  for (const side of ['right', 'left'] as const) {
    const { shape, sinus, centre } = organs.kidneys[side];
    const s = sign[side];
    const [x, y, z] = centre;
    const pelvisOf = union(
      [
        ellipsoid([x - s * 17, y + 3, z - 4], [9, 6, 13]),
        ...[-20, -7, 7, 20].map((h) =>
          tube(
            [
              [x - s * 15, y + 3, z + h * 0.4, 3.4],
              [x - s * 3, y + 1, z + h, 3],
            ],
            3,
          ),
        ),
      ],
      4,
    );
    const ureter = tube(
      [
        [x - s * 21, y + 5, z - 12, 3.2],
        [s * 36, -6, -175, 2.2],
        [s * 38, 6, -220, 2.1],
        [s * 38, 12, -262, 2.1],
        [s * 52, -14, -312, 2.1],
        [s * 44, -16, -342, 2.1],
        [s * 22, 6, -366, 2.2],
      ],
      5,
    );
    put('kidneys', `${side} renal pelvis`, pelvisOf, flesh(12, 3, 9));
    put('kidneys', `${side} ureter`, ureter, flesh(24, 4, 9));
    const pyramids = field(EVERYWHERE, (px, py, pz) => {
      const turn = Math.atan2(pz - z, 1.6 * Math.hypot(px - x + s * 12, py - y));
      const wave = sine(9 * turn + 1) + 0.5 * sine(6 * Math.atan2(py - y, s * (px - x) + 12));
      return (0.05 - wave) * 3;
    });
    const medulla = intersection([grown(shape, -6), without(pyramids, grown(sinus, 1.5))], 1.5);
    put('kidneys', `${side} renal medulla`, medulla, flesh(158, 5, 8));
    put(
      'kidneys',
      `${side} kidney`,
      shape,
      (px, py, pz, _d, width) => {
        const fatty = clamp01(0.5 - sinus.distance(px, py, pz) / Math.max(2, width));
        return 205 * (1 - fatty) - 40 * fatty;
      },
      { centreRas: centre },
    );
  }
  put('liver', 'liver vessels', organs.liverVessels, flesh(venous + 4, 6, 30));
  put('liver', 'gallbladder', organs.gallbladder, walled(1.4, 62, 8));
  put('liver', 'liver', organs.liver, flesh(112, 5, 17));
  put('spleen', 'spleen', organs.spleen, flesh(126, 6, 11));

  put('pancreas', 'pancreas', organs.pancreas, flesh(96, 18, 8));
  const level = organs.fluidY;
  const stomach = { shape: organs.stomach, lumen: organs.stomachLumen };
  put('gut', 'stomach', organs.stomach, contents(stomach, { wall: 84, juice: 22, spread: 8, bubbles: 0 }, level + 4));
  put('gut', 'duodenum', organs.duodenum, walled(2.4, 86, 20));
  const bladderMm: Triple = [ill.around(37, 0.12), ill.around(27, 0.12), ill.around(26, 0.12)];
  const bladderAt: Triple = [0, 31, -352];
  put('urinary', 'bladder', ellipsoid(bladderAt, bladderMm), walled(3, 52, 6), { centreRas: bladderAt });
  put('urinary', 'prostate', uneven(ellipsoid([0, 12, -384], [22, 15, 15]), 0.8, 16), flesh(62, 8, 8));
  put('gut', 'rectum', rectum.shape, contents(rectum, { wall: 70, juice: 36, spread: 14, bubbles: 900 }, -22));
  put('gut', 'colon', colon.shape, contents(colon, { wall: 74, juice: 34, spread: 16, bubbles: 900 }, level + 26));
  put('gut', 'small bowel', smallBowel.shape, contents(smallBowel, { wall: 92, juice: 16, spread: 7, bubbles: 0 }, 61));

  // The skin is the fat's outermost millimetres; thin over the back's midline, thick on belly and buttocks.
  const coat = random.fork('fat').between(9, 17);
  const fascia = receded(
    skin.shape,
    (x, y, z) =>
      coat +
      (y > 0 ? 6 * smoothstep(-40, -160, z) : 3) +
      (y < -20 ? 9 * smoothstep(-270, -340, z) * smoothstep(20, 70, Math.abs(x)) : 0) -
      4 * smoothstep(40, 10, Math.abs(x)) * (y < 0 ? 1 : 0),
    36,
  );
  const wall = makeMuscles({ cage, fascia, spine, shoulders: [] });
  const use = (name: string) => wall.filter((m) => m.name === `muscle ${name}`).map(({ shape }) => shape);
  const lumbar = mirrored(
    flatTube(
      [-150, -200, -240, -280, -315, -345].map((z, n) => ({
        at: [29 - 3 * n + (n > 3 ? 3 : 0), Math.max(-94, spine.lineY(z) - 46 - (n > 2 ? (n - 2) * 14 : 0)), z],
        u: [1, 0, 0],
        wide: [26, 27, 27, 24, 18, 8][n] as number,
        thin: [15, 17, 17, 14, 9, 4][n] as number,
      })),
    ),
  );
  const psoas = mirrored(
    tube(
      [
        [24, spine.lineY(-120) - 4, -118, 5],
        [34, spine.lineY(-160) - 5, -160, 13],
        [42, spine.lineY(-200) - 1, -200, 19],
        [49, -20, -245, 22],
        [60, -4, -285, 21],
        [74, 14, -318, 17],
      ],
      4,
    ),
  );
  const back = intersection([union([...use('erector spinae'), lumbar], 3), grown(fascia, -2)], 2);
  put('muscles', 'muscle erector spinae', back, muscle);
  put('muscles', 'muscle psoas', psoas, muscle);
  for (const m of pelvis.muscles) put('muscles', m.name, m.shape, muscle);
  for (const name of ['quadratus lumborum', 'diaphragm crura'])
    for (const shape of use(name)) put('muscles', `muscle ${name}`, intersection([shape, above(-240)]), muscle);
  put('fat', 'abdominal fat', organs.cavity, fat);
  put('muscles', 'muscle diaphragm', organs.diaphragm, flesh(60, 4, 20));
  const chest = intersection(
    [grown(cage.shape, -10), field(EVERYWHERE, (x, y, z) => -dome.below.distance(x, y, z))],
    1,
  );
  put(
    'heart',
    'heart myocardium',
    intersection([chest, uneven(ellipsoid([-20, 20, 16], [58, 44, 50]), 1, 40)], 4),
    flesh(130, 14, 34),
  );
  put(
    'gut',
    'oesophagus',
    tube(
      [
        [-2, spine.lineY(20) + 24, 20, 8],
        [-8, spine.lineY(-30) + 31, -30, 8],
        [-30, -14, -60, 9],
      ],
      4,
    ),
    flesh(58, 5, 12),
  );
  const midline = ellipsoid([-8, -22, 0], [46, 52, 90]);
  for (const side of ['right', 'left'] as const) {
    const half = field(EVERYWHERE, (x) => -sign[side] * x);
    put('lungs', `${side} lung`, without(intersection([grown(chest, -1), half], 1), midline, 8), flesh(-850, 18, 9));
  }
  put('fat', 'mediastinal fat', chest, fat);
  const wing = (f: (x: number, y: number, z: number) => number) => field(EVERYWHERE, (x, y, z) => f(Math.abs(x), y, z));
  const under = (inset: number, where: Shape, round = 6) => intersection([grown(fascia, -inset), where], round);
  const limits: Readonly<Record<string, Shape>> = {
    'rectus abdominis': above(-382),
    latissimus: above(-250),
    // Down to the groin, and in front only as far as the sheath of the rectus.
    oblique: wing((x, y, z) => Math.max((x - 400 - z) * 0.7, y > 30 ? 46 - x : -50)),
  };
  const gluteal = [
    [
      'muscle gluteus maximus',
      under(
        1,
        wing((x, y, z) =>
          Math.max(y + 34 - 0.32 * (x - 60), z + 262 + 0.35 * (x - 60), 14 - x, 0.7 * (-70 - 0.5 * x - y) - 60),
        ),
        10,
      ),
    ],
    [
      'muscle gluteus medius',
      under(
        1.5,
        wing((x, y, z) => Math.max(70 - x, z + 244 + 0.2 * Math.abs(y + 6), y - 40 + 0.1 * (z + 300), -396 - z)),
        10,
      ),
    ],
    [
      'muscle thigh',
      under(
        1,
        wing((x, y, z) => Math.max(z + 330 + 0.5 * (90 - y), 26 - x, -8 - y)),
        10,
      ),
    ],
    [
      'muscle adductor',
      under(
        1,
        wing((x, _y, z) => Math.max(z + 384, 10 - x)),
        8,
      ),
    ],
  ] as const;
  for (const [name, shape] of gluteal) put('muscles', name, shape, muscle);
  for (const name of ['intercostal', 'rectus abdominis', 'latissimus', 'serratus', 'oblique'])
    for (const shape of use(name))
      put('muscles', `muscle ${name}`, intersection([shape, limits[name] ?? above(-215)], 4), muscle);
  put('fat', 'intermuscular fat', fascia, flesh(-88, 12, 17));
  put('fat', 'subcutaneous fat', uneven(skin.shape, 0.8, 90), (x, y, z, d, width) => {
    const skinShare = clamp01((d + 1.9) / Math.max(1, width) + 0.5);
    return skinShare * 26 + (1 - skinShare) * (-102 + 5 * mottle(x, y, z, 31));
  });
  structures.push(...table(skin.back(-350)));
  return { structures, scale, origin: ORIGIN };
}

function adrenals(): Shape {
  const limbs = ([s, x, z]: Triple) => [
    tube(
      [
        [s * (x - 2), -27, z + 14, 2.8],
        [s * (x + 1), -33, z, 3.8],
        [s * (x + 7), -42, z - 13, 2.4],
      ],
      3,
    ),
    tube(
      [
        [s * (x + 1), -33, z, 3.4],
        [s * (x - 3), -43, z - 12, 2.4],
      ],
      3,
    ),
  ];
  return union([...limbs([1, 31, -76]), ...limbs([-1, 31, -74])], 2);
}

const above = (z0: number): Shape => field(EVERYWHERE, (_x, _y, z) => z0 - z);

function ball(centre: Triple, radius: number, hu: number): Finding {
  return {
    shape: ellipsoid(centre, [radius, radius, radius]),
    tissue: hu,
    exact: { volumeMl: ((4 / 3) * Math.PI * radius ** 3) / 1000, diameterMm: 2 * radius, centreRas: centre },
  };
}

/** Two that do not touch: a dark one with a soft edge, and a smaller one. */
function twoLesions(random: ReturnType<typeof seeded>, liver: Shape): readonly [Finding, Finding] {
  const axes = (r: number): Triple => [r, r * random.between(0.8, 0.95), r * random.between(0.8, 0.95)];
  const first = place(random, liver, axes(random.between(12, 18)), 7, (_x, _y, _z, d) => 92 - 40 * clamp01(-d / 4));
  for (let tries = 0; ; tries++) {
    const second = place(random, liver, axes(random.between(6, 10)), 6, flesh(58, 5, 6));
    const apart = Math.hypot(...first.exact.centreRas.map((v, a) => v - (second.exact.centreRas[a] as number)));
    if (apart > (first.exact.diameterMm + second.exact.diameterMm) / 2 + 6 || tries > 40) return [first, second];
  }
}
