import type { Method } from './method.ts';

export const ctVessels: Method = {
  id: 'ct-vessels',
  title: 'CT vessels',
  text: 'Heart chambers and vessels full of contrast medium, without bone; organs that take it up as strongly hang on.',
  modality: 'CT',
  seeds: 'none',
  settings: [
    {
      name: 'lower',
      title: 'Contrast from',
      type: 'number',
      default: 150,
      min: 80,
      max: 1000,
      unit: 'HU',
      help: 'Smallest value that counts as contrast medium.',
    },
    {
      name: 'cortex',
      title: 'Cortex from',
      type: 'number',
      default: null,
      min: 100,
      max: 2500,
      unit: 'HU',
      help: 'Values from which a voxel is bone for sure; above the contrast medium unless given.',
    },
    {
      name: 'minMm3',
      title: 'Smallest piece',
      type: 'number',
      default: 500,
      min: 0,
      max: 1e6,
      unit: 'mm³',
      help: 'Pieces smaller than this are left out.',
    },
  ],
  outputs: [{ value: 1, name: 'vessels', tissue: 'artery', group: 'vessels' }],
  source:
    'blood pools by smoothness and a rim that is no brighter than the core, grown against cortex (Adams & Bischof, IEEE PAMI 16(6), 1994)',
};
