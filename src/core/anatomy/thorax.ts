import { makeAbdomen } from './abdomen.ts';
import { type Body, type Exact, exactInRas, type Structure } from './body.ts';
import { makeAirways, makeLungs } from './chest.ts';
import { uneven, union } from './combine.ts';
import { makeHeart } from './heart.ts';
import { makeMuscles } from './muscles.ts';
import { type Finding, makeLesions } from './pathology.ts';
import { seeded } from './random.ts';
import { makeRibcage } from './ribs.ts';
import { clamp01, EVERYWHERE, ellipsoid, field, remembered, type Shape, smoothstep } from './shape.ts';
import { makeShoulder } from './shoulder.ts';
import { makeSpine } from './spine.ts';
import { table } from './table.ts';
import { bone, flesh, marbled, mottle, type Tissue } from './tissue.ts';
import { makeDome, trunk } from './torso.ts';
import { makeVessels } from './vessels.ts';

/** A thorax and upper abdomen, lying on its back with arms raised, contrast in the arteries. Same seed, same body. */
export function makeThorax(seed: number): Body {
  const random = seeded(seed);
  const scale = random.fork('size').around(1, 0.035);
  const { cage, skin } = trunk(random.fork('trunk'));
  const dome = makeDome(cage, random.fork('breath').between(-6, 6));
  const spine = makeSpine(random.fork('spine'));
  const ribcage = makeRibcage(random.fork('ribs'), cage, spine);
  const shoulders = [makeShoulder('right', cage), makeShoulder('left', cage)] as const;
  const heart = makeHeart(random.fork('heart'), cage);
  const vessels = makeVessels(random.fork('vessels'), spine);
  const airways = makeAirways(random.fork('airways'), spine);
  const lungs = makeLungs(random.fork('lungs'), { cage, dome, spine, heart, vessels, airways });
  const cava = vessels.named.filter(({ name }) => name === 'inferior vena cava').map(({ shape }) => shape);
  const belly = makeAbdomen(random.fork('belly'), { cage, dome, spine, keepOut: [...cava, vessels.aorta] });
  const lesions = makeLesions(random.fork('lesions'), lungs, belly);

  const structures: Structure[] = [];
  const put = (group: string, name: string, shape: Shape, tissue: Tissue, exact: Exact = {}) => {
    structures.push({ group, name, shape, tissue, exact: exactInRas(exact, scale), labelled: true });
  };
  const tone = random.fork('contrast');
  const cortex = tone.around(760, 0.06);
  const spongy = tone.between(145, 195);
  const arterial = tone.between(290, 350);
  const venous = tone.between(150, 190);
  const fat = flesh(-102, 5, 31);
  const muscle = marbled(56, 90);
  const long = bone(cortex, spongy, 1.9);

  const finding = (name: string, { shape, tissue, exact }: Finding) => put('lesions', name, shape, tissue, exact);
  finding('lung nodule', lesions.nodule);
  finding('liver lesion', lesions.liver);
  const { fracture } = ribcage;
  put('lesions', 'rib fracture', fracture.shape, flesh(62, 8, 9), {
    lengthMm: fracture.gapMm,
    centreRas: fracture.centre,
    volumeMl: fracture.volumeMm3 / 1000,
  });

  put('nerves', 'spinal cord', spine.cord, flesh(42, 3, 20));
  put('nerves', 'spinal canal', spine.canal, flesh(8, 6, 20), { diameterMm: 16 });
  for (const v of spine.vertebrae)
    put('spine', `vertebra ${v.name}`, v.shape, bone(cortex, spongy + 20, 1.7), {
      centreRas: [0, v.y, v.z],
      lengthMm: 2 * v.half.height,
      tiltDegrees: (v.tilt * 180) / Math.PI,
    });
  for (const disc of spine.discs) put('spine', `intervertebral disc ${disc.name}`, disc.shape, flesh(88, 8, 12));
  for (const rib of ribcage.ribs) put('ribs', `${rib.side} rib ${rib.number}`, rib.shape, long);
  put('chest wall', 'sternum', ribcage.sternum, bone(cortex, spongy - 10, 1.7));
  for (const c of ribcage.cartilages)
    put('cartilages', `costal cartilage ${c.side} ${c.number}`, c.shape, flesh(112, 16, 10));
  for (const s of shoulders) {
    put('shoulders', `${s.side} scapula`, s.scapula, long);
    put('shoulders', `${s.side} clavicle`, s.clavicle, long);
    put('shoulders', `${s.side} humerus`, s.humerus, bone(cortex, spongy - 30, 2.2));
  }

  put('airways', 'trachea', airways.trachea, -1000, {
    diameterMm: airways.tracheaDiameterMm,
    centreRas: airways.carina,
  });
  put('airways', 'airway', union([airways.main, lungs.airway]), -995);
  put('airways', 'airway wall', union([airways.wallOfTrachea, airways.wallOfMain, lungs.airwayWall]), 34);

  const { aneurysm } = vessels;
  put(
    'lesions',
    'aortic aneurysm',
    aneurysm.shape,
    (x, y, z, _d, width) => {
      const inside = 0.5 - aneurysm.lumen.distance(x, y, z) / Math.max(1, width);
      return 46 + (arterial - 46) * Math.max(0, Math.min(1, inside));
    },
    {
      diameterMm: aneurysm.diameterMm,
      lengthMm: aneurysm.lengthMm,
      centreRas: aneurysm.centre,
      volumeMl: aneurysm.volumeMm3 / 1000,
    },
  );
  put('arteries', 'aorta', vessels.aorta, flesh(arterial, 8, 40), {
    diameterMm: vessels.aorticDiameterMm,
    ascendingDiameterMm: vessels.ascendingDiameterMm,
  });
  put('heart', 'heart left ventricle', heart.leftVentricle, flesh(arterial - 6, 10, 40));
  put('heart', 'heart right ventricle', heart.rightVentricle, flesh(venous + 70, 14, 30));
  put('heart', 'heart right atrium', heart.rightAtrium, flesh(venous + 60, 22, 26));
  put('arteries', 'pulmonary artery', vessels.pulmonaryArtery, flesh(venous + 85, 8, 40));
  put('heart', 'heart left atrium', heart.leftAtrium, flesh(arterial + 4, 8, 40));
  put('veins', 'pulmonary vein', vessels.pulmonaryVeins, flesh(arterial + 2, 8, 40));
  put('arteries', 'coronary artery', heart.coronaries, arterial - 10);
  for (const v of vessels.named)
    put(
      v.kind === 'artery' ? 'arteries' : 'veins',
      v.name,
      v.shape,
      v.kind === 'artery' ? arterial - 8 : flesh(venous, 14, 22),
    );
  put('heart', 'heart myocardium', heart.muscle, flesh(112, 8, 18));
  put('gut', 'oesophagus', airways.oesophagusAir, -700);
  put('gut', 'oesophagus', airways.oesophagus, flesh(46, 5, 12));

  put('lungs', 'lung vessels', lungs.vessels, flesh(venous + 70, 10, 30));
  const lungTissue: Tissue = (x, y, z, _d, width) => {
    const gravity = -0.42 * (y + 10);
    const seam = Math.max(0, 1 - lungs.fissure(x, y, z) / (0.5 + 0.5 * width)) * (110 / (1 + 0.5 * width));
    return -856 + gravity + seam + 16 * Math.sin(0.21 * x + 0.1 * z) * Math.sin(0.19 * y - 0.13 * z);
  };
  put('lungs', 'right lung', lungs.right, lungTissue);
  put('lungs', 'left lung', lungs.left, lungTissue);

  for (const side of ['right', 'left'] as const) {
    const { shape, sinus, centre } = belly.kidneys[side];
    put(
      'kidneys',
      `${side} kidney`,
      shape,
      (x, y, z, d, width) => {
        const s = sinus.distance(x, y, z);
        const fatty = Math.max(0, Math.min(1, 0.5 - s / Math.max(2, width)));
        const pyramids = smoothstep(-0.1, 0.4, Math.sin(0.34 * z + 0.9) * Math.cos(0.22 * (y + x) + 0.4));
        const medulla = smoothstep(5, 8, -d) * pyramids;
        return (222 - 88 * medulla) * (1 - fatty) - 40 * fatty;
      },
      { centreRas: centre },
    );
  }
  put('liver', 'liver vessels', belly.liverVessels, flesh(venous + 14, 6, 30));
  put('liver', 'gallbladder', belly.gallbladder, flesh(8, 3, 20));
  put('liver', 'liver', belly.liver, flesh(108, 5, 17));
  put('spleen', 'spleen', belly.spleen, flesh(124, 6, 11));
  put('gut', 'adrenal glands', belly.adrenals, 70);
  put('gut', 'pancreas', belly.pancreas, flesh(86, 22, 8));
  const content = (lumen: Shape, wall: number, juice: number, gasFrom: number): Tissue => {
    return (x, y, z, _d, width) => {
      const inside = Math.max(0, Math.min(1, 0.5 - lumen.distance(x, y, z) / Math.max(1, width)));
      const gas = Math.max(0, Math.min(1, (y - gasFrom) / Math.max(1, width) + 0.5));
      return wall + inside * (juice + gas * (-985 - juice) - wall);
    };
  };
  put('gut', 'stomach', belly.stomach, content(belly.stomachLumen, 78, 22, belly.fluidY));
  put('gut', 'duodenum', belly.duodenum, flesh(44, 16, 14));
  put('gut', 'colon', belly.colon, content(belly.colonLumen, 66, 12, belly.fluidY + 26));

  const coat = random.fork('fat').between(6.5, 12);
  const torso = union([skin.shape, ...shoulders.map(({ arm }) => arm)], 26);
  const thickness = remembered(
    field(
      EVERYWHERE,
      (x, y, z) =>
        coat +
        (y > 0 ? 5 * smoothstep(20, -120, z) : 0) -
        3.2 * smoothstep(40, 10, Math.abs(x)) * (y < 0 ? 1 : 0) -
        2.5 * smoothstep(120, 170, z),
    ),
  );
  const beneath = (skinShape: Shape): Shape => ({
    box: torso.box,
    distance: (x, y, z) => skinShape.distance(x, y, z) + thickness.distance(x, y, z),
    near(x, y, z, radius) {
      const seen = skinShape.near ? skinShape.near(x, y, z, radius + 20) : skinShape;
      return seen && beneath(seen);
    },
  });
  const fascia = beneath(torso);
  const wall = makeMuscles({ cage, fascia, spine, shoulders });
  const spinal = wall.filter(({ name }) => /erector|psoas|lumborum|crura/.test(name));
  for (const m of spinal) put('muscles', m.name, m.shape, muscle);
  put('fat', 'abdominal fat', belly.cavity, fat);
  put('muscles', 'muscle diaphragm', belly.diaphragm, flesh(58, 4, 20));
  put('fat', 'mediastinal fat', lungs.cavity, fat);
  for (const m of wall) if (!spinal.includes(m)) put('muscles', m.name, m.shape, muscle);
  put('fat', 'intermuscular fat', fascia, flesh(-88, 12, 17));
  const chest = skin.front(40);
  const breasts = union([1, -1].map((s) => ellipsoid([s * 74, chest - 28, 34], [50, 36, 44])));
  const body = uneven(union([torso, breasts], 22), 0.7, 90);
  // The skin is the fat's outermost millimetres: a label of its own would be thinner than a voxel.
  put('fat', 'subcutaneous fat', body, (x, y, z, d, width) => {
    const skinShare = clamp01((d + 1.9) / Math.max(1, width) + 0.5);
    return skinShare * 26 + (1 - skinShare) * (-102 + 5 * mottle(x, y, z, 31));
  });
  structures.push(...table(skin.back(-20) / 1));
  return { structures, scale };
}
