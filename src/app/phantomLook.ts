import type { AnatomicalCase } from '#core/anatomy/phantomSpec.ts';
import { type SegmentGroup, type TissueId, tissues } from '#core/case/tissues.ts';

export interface StructureLook {
  readonly tissue: TissueId;
  readonly group: SegmentGroup;
  readonly visible: boolean;
  readonly opacity: number;
}

type Rule = readonly [RegExp, TissueId, SegmentGroup, boolean, number];

/** Asked before `rules`, but not for the chest. */
const furtherRules: readonly Rule[] = [
  [/haematoma|meningioma|oedema|tumour|cyst|stone/, 'finding', 'findings', true, 1],
  [/artery|coeliac/, 'artery', 'vessels', true, 1],
  [/scalp/, 'skin', 'skin and fat', true, 0.12],
  [/skull/, 'bone', 'skeleton', true, 0.24],
  [/mandible|teeth|sacrum|coccyx|femur/, 'bone', 'skeleton', true, 1],
  [/(ear|hip) cartilage|symphysis/, 'cartilage', 'skeleton', false, 1],
  [/muscle eye/, 'muscle', 'nervous', true, 1],
  [/optic/, 'nerve', 'nervous', true, 1],
  [/\beye|lens/, 'cartilage', 'nervous', true, 1],
  [/(lateral|third|fourth) ventricle/, 'other', 'nervous', true, 1],
  [/matter|cerebell|brainstem|thalamus|caudate|putamen|pallidus|hippocamp|callosum/, 'brain', 'nervous', true, 1],
  [/cerebrospinal|falx|tentorium/, 'other', 'nervous', false, 1],
  [/(sagittal|straight|transverse) sinus/, 'vein', 'vessels', true, 1],
  [/sinus|cells|nasal|canal$|pharynx/, 'airway', 'airways and lungs', false, 1],
  [/gland/, 'gland', 'spleen and glands', true, 1],
  [/tongue/, 'muscle', 'muscles', false, 1],
  [/renal (medulla|pelvis)|ureter|prostate/, 'kidney', 'urinary', true, 1],
  [/\bbladder/, 'bladder', 'urinary', true, 1],
  [/colon|rectum/, 'colon', 'digestive', true, 1],
  [/duodenum/, 'bowel', 'digestive', true, 1],
  [/pancreas/, 'pancreas', 'digestive', true, 1],
];

/** First rule that fits a structure's name decides how it looks at first: what is deep is shown, what would hide it is not. */
const rules: readonly Rule[] = [
  [/nodule|lesion|aneurysm|fracture/, 'finding', 'findings', true, 1],
  [/subcutaneous fat/, 'skin', 'skin and fat', true, 0.14],
  [/\bfat\b/, 'fat', 'skin and fat', false, 1],
  [/\bskin\b/, 'skin', 'skin and fat', true, 0.16],
  [/muscle|diaphragm/, 'muscle', 'muscles', false, 1],
  [/cartilage|disc/, 'cartilage', 'skeleton', true, 1],
  [/vertebra|\brib\b|sternum|scapula|clavicle|humerus|bone/, 'bone', 'skeleton', true, 1],
  [/spinal canal|spinal cord|nerve/, 'nerve', 'nervous', false, 1],
  [/pulmonary vein|vena|vein|liver vessels|portal/, 'vein', 'vessels', true, 1],
  [/pulmonary artery/, 'vein', 'vessels', true, 1],
  [/lung vessels/, 'artery', 'airways and lungs', true, 1],
  [/aorta|artery|carotid|subclavian|brachiocephalic|vessel/, 'artery', 'vessels', true, 1],
  // The wall lies close about the lumen: one of the two is enough, and the lumen has the names.
  [/airway wall/, 'airway', 'airways and lungs', false, 1],
  [/trachea|airway|bronch/, 'airway', 'airways and lungs', true, 1],
  [/lung/, 'lung', 'airways and lungs', true, 0.5],
  [/heart|atrium|ventricle|myocard/, 'heart', 'heart', true, 1],
  [/liver/, 'liver', 'digestive', true, 1],
  [/gallbladder/, 'gallbladder', 'digestive', true, 1],
  [/oesophagus|stomach/, 'stomach', 'digestive', true, 1],
  [/bowel|intestine/, 'bowel', 'digestive', true, 1],
  [/kidney/, 'kidney', 'urinary', true, 1],
  [/spleen/, 'spleen', 'spleen and glands', true, 1],
  [/adrenal|thymus|thyroid|pancreas/, 'gland', 'spleen and glands', true, 1],
];

export function lookOfStructure(name: string, body: AnatomicalCase): StructureLook {
  const rule = (body === 'thorax' ? rules : [...furtherRules, ...rules]).find(([pattern]) => pattern.test(name));
  if (!rule) return { tissue: 'other', group: 'other', visible: false, opacity: 1 };
  const [, tissue, group, visible, opacity] = rule;
  return { tissue, group, visible, opacity };
}

export const colorOfTissue = (tissue: TissueId): string => tissues[tissue].color;
