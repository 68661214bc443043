/** Tissue classes: what a segment looks like when nobody chose otherwise. Colours are sRGB. */
export const tissues = {
  bone: { color: '#e3d7bf' },
  cartilage: { color: '#cfd8d2' },
  artery: { color: '#c5423a' },
  vein: { color: '#4a6fb5' },
  airway: { color: '#a9d3d8' },
  lung: { color: '#d99a94' },
  heart: { color: '#b5443c' },
  liver: { color: '#8c4a3c' },
  spleen: { color: '#7d3b49' },
  kidney: { color: '#9c5148' },
  stomach: { color: '#c98d78' },
  bowel: { color: '#d8a08a' },
  colon: { color: '#b57a62' },
  gallbladder: { color: '#7b8a58' },
  pancreas: { color: '#d8b06f' },
  gland: { color: '#d9a84e' },
  bladder: { color: '#d6a878' },
  brain: { color: '#d8b8a6' },
  skin: { color: '#d9a689' },
  muscle: { color: '#a65046' },
  fat: { color: '#e8cf8a' },
  nerve: { color: '#e8d36a' },
  finding: { color: '#ffb000' },
  other: { color: '#8fb1c9' },
} as const satisfies Record<string, { readonly color: string }>;

export type TissueId = keyof typeof tissues;
export const tissueIds = Object.keys(tissues) as [TissueId, ...TissueId[]];

/** Colour-blind-safe sequence for segments made by the user (Okabe & Ito 2008, without black). */
export const userColors = ['#56b4e9', '#e69f00', '#009e73', '#f0e442', '#cc79a7', '#0072b2', '#d55e00'] as const;

/** The groups of the structure tree, in its order. */
export const segmentGroups = [
  'yours',
  'findings',
  'surface',
  'heart',
  'vessels',
  'airways and lungs',
  'digestive',
  'urinary',
  'spleen and glands',
  'nervous',
  'skeleton',
  'muscles',
  'skin and fat',
  'other',
] as const;
export type SegmentGroup = (typeof segmentGroups)[number];
