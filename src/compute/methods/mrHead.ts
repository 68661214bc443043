import type { Method } from './method.ts';
import { LEAST, MOST } from './threshold.ts';

export const mrHead: Method = {
  id: 'mr-head',
  title: 'MR head',
  text: 'The solid head with its skin, without holes from sinuses, orbits and ear canals.',
  modality: 'MR',
  seeds: 'none',
  settings: [
    {
      name: 'lower',
      title: 'Skin from',
      type: 'number',
      default: null,
      min: LEAST,
      max: MOST,
      unit: 'value',
      help: 'Smallest value that counts as head; the lower of two Otsu thresholds unless given.',
    },
    {
      name: 'closeMm',
      title: 'Close openings up to',
      type: 'number',
      default: 18,
      min: 0,
      max: 60,
      unit: 'mm',
      help: 'Openings in the skin (nostrils, ear canals, dark orbits) narrower than this are closed.',
    },
    {
      name: 'depthMm',
      title: 'Under the skin by',
      type: 'number',
      default: 4,
      min: 0,
      max: 30,
      unit: 'mm',
      help: 'How deep below its closed surface an opening is filled: the relief of the skin above it stays.',
    },
  ],
  outputs: [{ value: 1, name: 'head', tissue: 'skin', group: 'surface' }],
  source:
    'threshold (Liao, Chen & Chung 2001), largest part, closing by a ball, union with the closing shrunk, cavities filled',
};
