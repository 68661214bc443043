import { type Format, latin1 } from '../format.ts';

export const nrrdFormat: Format<'nrrd'> = {
  id: 'nrrd',
  name: 'NRRD',
  extensions: ['.nrrd', '.nhdr', '.nrrd.gz'],
  specification: 'https://teem.sourceforge.net/nrrd/format.html',
  matches: (head) => latin1(head, 0, 4) === 'NRRD',
};
