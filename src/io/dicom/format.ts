import type { Format } from '../format.ts';
import { isDicom } from './sniff.ts';

export const dicomFormat: Format<'dicom'> = {
  id: 'dicom',
  name: 'DICOM',
  extensions: ['.dcm', '.dicom', '.ima'],
  specification: 'https://dicom.nema.org/medical/dicom/current/output/html/part10.html',
  matches: isDicom,
};
