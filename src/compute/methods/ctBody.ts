import type { Method } from './method.ts';

export const ctBody: Method = {
  id: 'ct-body',
  title: 'CT body',
  text: 'The solid body, lungs and bowel gas included, without the table.',
  modality: 'CT',
  seeds: 'none',
  settings: [
    {
      name: 'lower',
      title: 'Skin from',
      type: 'number',
      default: -500,
      min: -950,
      max: 0,
      unit: 'HU',
      help: 'Smallest value that counts as body; half way between air and fat unless given.',
    },
    {
      name: 'cutMm',
      title: 'Cut thinner than',
      type: 'number',
      default: 10,
      min: 0,
      max: 40,
      unit: 'mm',
      help: 'What hangs on the body by less than this is cut off: table, tubes, clothes.',
    },
  ],
  outputs: [{ value: 1, name: 'body', tissue: 'skin', group: 'surface' }],
  source:
    'threshold, opening by a ball, largest part, holes of axial planes and cavities filled (cf. Hu, Hoffman & Reinhardt, IEEE TMI 20(6), 2001)',
};
