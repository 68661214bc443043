import { type Format, latin1 } from '../format.ts';

/** Only its images: the same magic begins meshes. */
export const vtkFormat: Format<'vtk'> = {
  id: 'vtk',
  name: 'VTK image',
  extensions: [],
  specification: 'https://docs.vtk.org/en/latest/vtk_file_formats/vtk_legacy_file_format.html',
  matches: (head) =>
    /^# vtk DataFile/.test(latin1(head, 0, 20)) && /^\s*DATASET\s+STRUCTURED_POINTS\b/im.test(latin1(head, 0, 1024)),
};
