import type { Method } from './method.ts';

export const ctBone: Method = {
  id: 'ct-bone',
  title: 'CT bone',
  text: 'Solid bone with its marrow; vessels and organs full of contrast are left out, and so is the table.',
  modality: 'CT',
  seeds: 'none',
  settings: [
    {
      name: 'lower',
      title: 'Bone from',
      type: 'number',
      default: 130,
      min: 0,
      max: 1500,
      unit: 'HU',
      help: 'Smallest value that may be bone; where exactly bone ends is then found from the cortex beside it.',
    },
    {
      name: 'cortex',
      title: 'Cortex from',
      type: 'number',
      default: null,
      min: 100,
      max: 2500,
      unit: 'HU',
      help: 'Values from which a voxel is bone for sure; above the contrast medium, if there is any, unless given.',
    },
    {
      name: 'closeMm',
      title: 'Close gaps up to',
      type: 'number',
      default: 3,
      min: 0,
      max: 20,
      unit: 'mm',
      help: 'Gaps in the cortex up to about this width do not let the marrow out.',
    },
    {
      name: 'minMm3',
      title: 'Smallest piece',
      type: 'number',
      default: 300,
      min: 0,
      max: 1e6,
      unit: 'mm³',
      help: 'Pieces smaller than this are left out.',
    },
  ],
  outputs: [{ value: 1, name: 'bone', tissue: 'bone', group: 'skeleton' }],
  source:
    'cortex and blood pools grown against each other (Adams & Bischof, IEEE PAMI 16(6), 1994); marrow by closing and filling holes in three planes (cf. Kang, Engelke & Kalender, IEEE TMI 22(5), 2003)',
};
