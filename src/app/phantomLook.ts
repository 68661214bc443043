import { type SegmentGroup, type TissueId, tissues } from '#core/case/tissues.ts';

export interface StructureLook {
  readonly tissue: TissueId;
  readonly group: SegmentGroup;
  readonly visible: boolean;
  readonly opacity: number;
}

/** First rule that fits a structure's name decides how it looks at first: what is deep is shown, what would hide it is not. */
const rules: readonly (readonly [RegExp, TissueId, SegmentGroup, boolean, number])[] = [
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

export function lookOfStructure(name: string): StructureLook {
  const rule = rules.find(([pattern]) => pattern.test(name));
  if (!rule) return { tissue: 'other', group: 'other', visible: false, opacity: 1 };
  const [, tissue, group, visible, opacity] = rule;
  return { tissue, group, visible, opacity };
}

export const colorOfTissue = (tissue: TissueId): string => tissues[tissue].color;
