import type { Method } from './method.ts';
import { lowerSetting, upperSetting } from './threshold.ts';

export const components: Method = {
  id: 'components',
  title: 'Connected parts',
  text: 'The largest connected parts of a range of values, or of the labels that are given; small ones are left out.',
  modality: null,
  seeds: 'none',
  settings: [
    lowerSetting,
    upperSetting,
    {
      name: 'keep',
      title: 'Keep',
      type: 'integer',
      default: 1,
      min: 1,
      max: 255,
      unit: '',
      help: 'How many parts to keep, the largest first.',
    },
    {
      name: 'minMm3',
      title: 'Smallest part',
      type: 'number',
      default: 0,
      min: 0,
      max: 1e9,
      unit: 'mm³',
      help: 'Parts smaller than this are left out.',
    },
    {
      name: 'apart',
      title: 'A segment each',
      type: 'boolean',
      default: false,
      min: null,
      max: null,
      unit: '',
      help: 'Each part becomes a segment of its own.',
    },
  ],
  outputs: [{ value: 1, name: 'part', tissue: 'other', group: 'yours' }],
  source:
    'He, Chao & Suzuki, A Run-Based Two-Scan Labeling Algorithm, IEEE Trans. Image Process. 17(5), 2008; neighbours by faces',
};
