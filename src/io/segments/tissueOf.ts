import type { SegmentGroup, TissueId } from '#core/case/tissues.ts';
import type { SegmentCode } from './segmentSet.ts';

export interface Tissue {
  readonly tissue: TissueId;
  readonly group: SegmentGroup;
}

/** SNOMED CT codes whose meaning alone decides. */
const codes: Readonly<Record<string, Tissue>> = {
  '4147007': { tissue: 'finding', group: 'findings' }, // mass
  '49755003': { tissue: 'finding', group: 'findings' }, // morphologically abnormal structure
  '108369006': { tissue: 'finding', group: 'findings' }, // neoplasm
  '86049000': { tissue: 'finding', group: 'findings' }, // neoplasm, primary
  '39607008': { tissue: 'lung', group: 'airways and lungs' },
  '10200004': { tissue: 'liver', group: 'digestive' },
  '64033007': { tissue: 'kidney', group: 'urinary' },
  '78961009': { tissue: 'spleen', group: 'spleen and glands' },
  '80891009': { tissue: 'heart', group: 'heart' },
  '12738006': { tissue: 'brain', group: 'nervous' },
  '15825003': { tissue: 'artery', group: 'vessels' }, // aorta
  '272673000': { tissue: 'bone', group: 'skeleton' },
};

/** The first rule that fits the words of name, code and category. Lower case, `_` read as a space. */
const rules: readonly (readonly [RegExp, TissueId, SegmentGroup])[] = [
  [
    /nodule|lesion|tumou?r|aneurysm|fracture|\bmass\b|\bgtv|\bctv|\bptv|neoplasm|cyst\b|metasta|stroke|infarct|ha?ematoma|abscess/,
    'finding',
    'findings',
  ],
  [/subcutaneous|torso fat|\bfat\b|adipose/, 'fat', 'skin and fat'],
  [/\bskin\b|^body$|external|^patient$/, 'skin', 'surface'],
  [/muscle|autochthon|iliopsoas|gluteus|diaphragm|psoas/, 'muscle', 'muscles'],
  [/cartilage|\bdisc\b|\bdisk\b/, 'cartilage', 'skeleton'],
  [/spinal (canal|cord)|nerve|chiasm|\boptic\b/, 'nerve', 'nervous'],
  [
    /vertebra|spine\b|\brib|stern|scapul|clavic|humer|femur|bone|sacrum|\bhip\b|pelvis|skull|cranium|mandib|tibia|fibula|radius|ulna|patella/,
    'bone',
    'skeleton',
  ],
  [/\bveins?\b|\bvena\b|portal|\bivc\b|\bsvc\b/, 'vein', 'vessels'],
  [/aorta|arter|carotid|subclavian|brachiocephalic|vessel|trunk/, 'artery', 'vessels'],
  [/trachea|airway|bronch/, 'airway', 'airways and lungs'],
  [/\blungs?\b|pulmon/, 'lung', 'airways and lungs'],
  [/heart|atri(um|al)|ventricle (left|right)|(left|right) ventric|myocard/, 'heart', 'heart'],
  [/liver|hepat/, 'liver', 'digestive'],
  [/gall ?bladder/, 'gallbladder', 'digestive'],
  [/o?esophagus|stomach/, 'stomach', 'digestive'],
  [/colon|rectum/, 'colon', 'digestive'],
  [/bowel|intestine|duodenum|jejunum|ileum/, 'bowel', 'digestive'],
  [/kidney|renal/, 'kidney', 'urinary'],
  [/bladder/, 'bladder', 'urinary'],
  [/spleen/, 'spleen', 'spleen and glands'],
  [/pancreas/, 'pancreas', 'spleen and glands'],
  [/adrenal|thymus|thyroid|prostate|gland/, 'gland', 'spleen and glands'],
  [
    /brain|cortex|cerebell|hippocamp|thalam|putamen|caudate|pallid|amygdal|gyrus|\b(white|gr[ae]y) matter|ventricle|cerebr|temporal|frontal|parietal|occipital|cingul|insula|precentral|postcentral/,
    'brain',
    'nervous',
  ],
];

/** What a segment is taken for until someone says otherwise: by its code, else by the words about it. */
export function tissueOf(name: string, code: SegmentCode | null, category: SegmentCode | null = null): Tissue {
  for (const each of [code, category]) {
    const known = each && /^(SCT|SRT|SNOMED)/.test(each.scheme) ? codes[each.value] : undefined;
    if (known) return known;
  }
  const words = (text: string | undefined) => (text ?? '').toLowerCase().replaceAll(/[_\-.]+/g, ' ');
  for (const text of [words(name), words(code?.meaning)]) {
    const rule = rules.find(([pattern]) => pattern.test(text));
    if (rule) return { tissue: rule[1], group: rule[2] };
  }
  return { tissue: 'other', group: 'other' };
}
