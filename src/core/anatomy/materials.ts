/**
 * T1 and T2 in ms at 1.5 T, proton density relative to water.
 * Sources: brain, fluid, fat, skin: BrainWeb (Kwan, Evans & Pike, IEEE TMI 1999); abdomen and marrow: de Bazelaire et al., Radiology
 * 2004; muscle, cartilage, cord, optic nerve: Stanisz et al., MRM 2005. Flowing blood leaves a spin echo's slice before its echo: a
 * tenth of its density is kept. Findings are set between their known neighbours.
 */
export const relaxation = {
  air: [1000, 50, 0],
  cortex: [1000, 1, 0.05],
  marrow: [549, 49, 0.75],
  diploe: [480, 55, 0.6],
  fat: [350, 70, 0.95],
  skin: [900, 47, 0.75],
  muscle: [1008, 44, 0.8],
  cartilage: [1024, 44, 0.7],
  disc: [1100, 95, 0.85],
  ligament: [900, 12, 0.4],
  grey: [833, 83, 0.86],
  deepGrey: [720, 76, 0.84],
  white: [500, 70, 0.77],
  cord: [745, 74, 0.75],
  fluid: [2569, 329, 1],
  vitreous: [2400, 300, 1],
  lens: [900, 28, 0.65],
  blood: [1441, 290, 0.08],
  clot: [480, 120, 0.9],
  thrombus: [750, 62, 0.8],
  liver: [586, 46, 0.8],
  spleen: [1057, 79, 0.85],
  renalCortex: [966, 87, 0.85],
  renalMedulla: [1412, 85, 0.9],
  pancreas: [584, 46, 0.85],
  gland: [700, 60, 0.85],
  wall: [900, 55, 0.85],
  mucosa: [1300, 140, 0.95],
  juice: [1500, 160, 0.9],
  lung: [1200, 41, 0.18],
  tumour: [1150, 100, 0.9],
  meningioma: [850, 88, 0.88],
  oedema: [1150, 125, 0.92],
  stone: [1000, 1, 0.02],
} as const satisfies Readonly<Record<string, readonly [t1: number, t2: number, density: number]>>;

export type Material = keyof typeof relaxation;

interface Stop {
  /** What the CT tissue is where it is this material. */
  readonly hu: number;
  readonly material: Material;
}

const at = (...pairs: readonly (readonly [hu: number, material: Material])[]): readonly Stop[] =>
  pairs.map(([hu, material]) => ({ hu, material }));
const BONE = at([230, 'marrow'], [650, 'cortex']);
const HOLLOW = at([-900, 'air'], [0, 'juice'], [26, 'juice'], [60, 'wall']);

/** First rule that fits a structure's name; several materials in the order of their HU. */
const rules: readonly (readonly [RegExp, readonly Stop[]])[] = [
  [/^table$/, at([-900, 'air'])],
  [/rib fracture|subdural/, at([62, 'clot'])],
  [/meningioma/, at([92, 'meningioma'])],
  [/oedema/, at([24, 'oedema'])],
  [/brain lesion/, at([20, 'fluid'], [46, 'tumour'])],
  [/aneurysm/, at([46, 'thrombus'], [150, 'blood'])],
  [/kidney stone/, at([600, 'stone'])],
  [/cyst/, at([8, 'fluid'])],
  [/nodule|lesion|tumour/, at([52, 'tumour'])],
  // Before the bones: an artery is named after the vertebrae.
  [
    /artery|aorta|vein|vena|(sagittal|straight|transverse) sinus|vessels|coeliac|atrium|heart .*ventricle/,
    at([180, 'blood']),
  ],
  [/tooth|teeth|enamel/, at([1500, 'cortex'])],
  [/skull/, at([240, 'diploe'], [700, 'cortex'])],
  [/cartilage|symphysis/, at([112, 'cartilage'])],
  [/muscle|diaphragm|tongue/, at([-60, 'fat'], [50, 'muscle'])],
  [/disc/, at([88, 'disc'])],
  [/vertebra|\brib\b|stern|scapula|clavicle|humerus|hip bone|sacrum|coccyx|femur|mandible|bone/, BONE],
  [
    /spinal canal|cerebrospinal|ventricle of|lateral ventricle|third ventricle|fourth ventricle|aqueduct/,
    at([8, 'fluid']),
  ],
  [/spinal cord/, at([42, 'cord'])],
  [/optic nerve|optic/, at([36, 'cord'])],
  [/falx|tentorium|septum/, at([60, 'ligament'])],
  [/myocardium/, at([112, 'muscle'])],
  [/sinus$|mastoid|ethmoid|airway$|trachea|nasal cavity|ear canal|pharynx$/, at([-1000, 'air'], [30, 'mucosa'])],
  [/white matter|corpus callosum|capsule|brainstem/, at([32, 'white'])],
  [/thalamus|hippocampus|caudate|putamen|pallidus/, at([42, 'deepGrey'])],
  [/cerebellum/, at([33, 'white'], [41, 'grey'])],
  [/grey matter|cortex/, at([40, 'grey'])],
  [/lens/, at([90, 'lens'])],
  [/eye/, at([14, 'vitreous'], [60, 'wall'])],
  [/lung/, at([-860, 'lung'])],
  [/intermuscular fat/, at([-88, 'fat'])],
  [/fat/, at([-102, 'fat'], [26, 'skin'])],
  [/scalp|skin/, at([-90, 'fat'], [26, 'skin'])],
  [/renal medulla/, at([140, 'renalMedulla'])],
  [/kidney/, at([-40, 'fat'], [134, 'renalMedulla'], [190, 'renalCortex'])],
  [/renal pelvis|ureter|bladder|gallbladder/, at([8, 'fluid'], [60, 'wall'])],
  [/liver/, at([108, 'liver'])],
  [/spleen/, at([124, 'spleen'])],
  [/pancreas/, at([86, 'pancreas'])],
  [/adrenal|prostate|uterus|gland|pituitary/, at([70, 'gland'])],
  [/oesophagus|stomach|colon|bowel|duodenum|rectum/, HOLLOW],
  [/wall/, at([34, 'wall'])],
];

export function materialsOf(name: string): readonly Stop[] {
  const rule = rules.find(([pattern]) => pattern.test(name));
  // A new structure without a rule shows in every contrast as muscle, and fails the test that each has one.
  return rule ? rule[1] : FALLBACK;
}
const FALLBACK = at([40, 'muscle']);

export const hasMaterial = (name: string): boolean => materialsOf(name) !== FALLBACK;
