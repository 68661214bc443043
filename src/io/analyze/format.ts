import type { Format } from '../format.ts';
import { niftiVersion } from '../nifti/header.ts';

/** `sizeof_hdr` is that of NIfTI-1, which grew out of it; what is missing is NIfTI's magic. */
export const analyzeFormat: Format<'analyze'> = {
  id: 'analyze',
  name: 'Analyze 7.5',
  extensions: ['.hdr', '.img', '.hdr.gz', '.img.gz'],
  specification: 'https://imaging.mrc-cbu.cam.ac.uk/imaging/FormatAnalyze',
  matches(head) {
    if (head.length < 348 || niftiVersion(head) !== 1) return false;
    const magic = String.fromCharCode(...head.subarray(344, 347));
    const size = new DataView(head.buffer, head.byteOffset, 4);
    return magic !== 'ni1' && magic !== 'n+1' && (size.getInt32(0, true) === 348 || size.getInt32(0, false) === 348);
  },
};
