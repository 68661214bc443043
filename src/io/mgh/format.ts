import type { Format } from '../format.ts';

/** Types that FreeSurfer has numbered: uchar, int, long, float, short, bitmap, tensor, two complex, RGB, ushort. */
const LAST_TYPE = 10;

export const mghFormat: Format<'mgh'> = {
  id: 'mgh',
  name: 'MGH',
  extensions: ['.mgh', '.mgz', '.mgh.gz'],
  specification: 'https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat',
  /** No magic: version 1, then four sizes and a type, all big-endian. */
  matches(head) {
    if (head.length < 90) return false;
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const [version, ...words] = [0, 1, 2, 3, 4, 5].map((n) => view.getInt32(4 * n));
    const type = words.pop() ?? -1;
    return version === 1 && words.every((size) => size > 0) && type >= 0 && type <= LAST_TYPE;
  },
};
