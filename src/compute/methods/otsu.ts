import type { Method } from './method.ts';

export const otsu: Method = {
  id: 'otsu',
  title: 'Otsu',
  text: 'The brighter of two classes, split where the variance between them is largest.',
  modality: null,
  seeds: 'none',
  settings: [],
  outputs: [{ value: 1, name: 'bright', tissue: 'other', group: 'yours' }],
  source: 'Otsu, A Threshold Selection Method from Gray-Level Histograms, IEEE Trans. SMC 9(1), 1979',
};

export const multiOtsu: Method = {
  id: 'multi-otsu',
  title: 'Multi-Otsu',
  text: 'Several classes of brightness at once, split where the variance between them is largest; the darkest is left out.',
  modality: null,
  seeds: 'none',
  settings: [
    {
      name: 'classes',
      title: 'Classes',
      type: 'integer',
      default: 3,
      min: 2,
      max: 6,
      unit: '',
      help: 'Classes that the values are split into, the darkest included.',
    },
  ],
  outputs: [{ value: 1, name: 'class 2', tissue: 'other', group: 'yours' }],
  source: 'Liao, Chen & Chung, A Fast Algorithm for Multilevel Thresholding, J. Inf. Sci. Eng. 17, 2001',
};
