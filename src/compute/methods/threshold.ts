import type { Method, NumberSetting } from './method.ts';

// What a float32 voxel can hold: a scan's values have no narrower range of their own.
export const LEAST = -3.4028234663852886e38;
export const MOST = 3.4028234663852886e38;

export const lowerSetting: NumberSetting = {
  name: 'lower',
  title: 'Lower',
  type: 'number',
  default: null,
  min: LEAST,
  max: MOST,
  unit: 'value',
  help: 'Smallest value that belongs to the segment; Otsu’s threshold unless given.',
};
export const upperSetting: NumberSetting = {
  name: 'upper',
  title: 'Upper',
  type: 'number',
  default: null,
  min: LEAST,
  max: MOST,
  unit: 'value',
  help: 'Largest value that belongs to the segment; the scan’s largest unless given.',
};

export const threshold: Method = {
  id: 'threshold',
  title: 'Threshold',
  text: 'All voxels with a value from lower to upper, both included.',
  modality: null,
  seeds: 'none',
  settings: [lowerSetting, upperSetting],
  outputs: [{ value: 1, name: 'threshold', tissue: 'other', group: 'yours' }],
  source: 'lower ≤ value ≤ upper, in rescaled units',
};
