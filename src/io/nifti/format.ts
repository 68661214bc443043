import type { Format } from '../format.ts';
import { niftiVersion } from './header.ts';

export const niftiFormat: Format<'nifti'> = {
  id: 'nifti',
  name: 'NIfTI',
  extensions: ['.nii', '.nii.gz', '.hdr', '.img', '.img.gz', '.hdr.gz'],
  specification: 'https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h',
  matches: (head) => niftiVersion(head) !== 0,
};
