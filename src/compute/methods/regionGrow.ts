import type { Method } from './method.ts';
import { LEAST, MOST } from './threshold.ts';

export const regionGrow: Method = {
  id: 'region-grow',
  title: 'Grow from a point',
  text: 'All voxels that a path of similar values joins to the points.',
  modality: null,
  seeds: 'required',
  settings: [
    {
      name: 'lower',
      title: 'Lower',
      type: 'number',
      default: null,
      min: LEAST,
      max: MOST,
      unit: 'value',
      help: 'Smallest value that the region may take; from the values around the points unless given.',
    },
    {
      name: 'upper',
      title: 'Upper',
      type: 'number',
      default: null,
      min: LEAST,
      max: MOST,
      unit: 'value',
      help: 'Largest value that the region may take; from the values around the points unless given.',
    },
    {
      name: 'tolerance',
      title: 'Tolerance',
      type: 'number',
      default: 2.5,
      min: 0.1,
      max: 20,
      unit: '',
      help: 'Standard deviations around the mean near the points, where no lower or upper is given.',
    },
    {
      name: 'radiusMm',
      title: 'Surroundings',
      type: 'number',
      default: 3,
      min: 0,
      max: 50,
      unit: 'mm',
      help: 'How far around each point mean and deviation are taken.',
    },
  ],
  outputs: [{ value: 1, name: 'region', tissue: 'other', group: 'yours' }],
  source:
    'Adams & Bischof, Seeded Region Growing, IEEE PAMI 16(6), 1994; range as in ITK’s ConfidenceConnected, one pass',
};
