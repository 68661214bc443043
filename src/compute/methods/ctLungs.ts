import type { Method } from './method.ts';

export const ctLungs: Method = {
  id: 'ct-lungs',
  title: 'CT lungs',
  text: 'Right and left lung with their vessels; trachea and main bronchi are part of neither.',
  modality: 'CT',
  seeds: 'none',
  settings: [
    {
      name: 'upper',
      title: 'Air up to',
      type: 'number',
      default: -400,
      min: -900,
      max: -100,
      unit: 'HU',
      help: 'Largest value that counts as lung; half way between lung and soft tissue unless given.',
    },
    {
      name: 'closeMm',
      title: 'Vessels up to',
      type: 'number',
      default: 6,
      min: 0,
      max: 30,
      unit: 'mm',
      help: 'Vessels and airways inside a lung are part of it up to about this thickness.',
    },
    {
      name: 'airway',
      title: 'Airway too',
      type: 'boolean',
      default: false,
      min: null,
      max: null,
      unit: '',
      help: 'Trachea and bronchi become a third segment.',
    },
  ],
  outputs: [
    { value: 1, name: 'right lung', tissue: 'lung', group: 'airways and lungs' },
    { value: 2, name: 'left lung', tissue: 'lung', group: 'airways and lungs' },
    { value: 3, name: 'airway', tissue: 'airway', group: 'airways and lungs' },
  ],
  source:
    'Hu, Hoffman & Reinhardt, Automatic Lung Segmentation, IEEE TMI 20(6), 2001; airway by threshold growing as in Mori et al., ICPR 1996',
};
