import { transform, type Vector3 } from '#core/space/affine.ts';
import { alike, type MetricName } from './similarity.ts';
import type { WorkingCopy } from './workingCopy.ts';

/** Where the search began: the caller's matrix, the files' own positions, or one centre laid on the other. */
export type StartName = 'given' | 'files' | 'centres-of-mass' | 'centres-of-grids';

/** Less of the fixed scan than this in the moving one is no overlap to begin from. */
const LEAST_OVERLAP = 0.25;

/**
 * A shift (moving RAS → fixed RAS) to begin from. The files' own positions are believed where they overlap and no centre is
 * clearly better: scans of one patient in one room agree, those of two scanners need not.
 */
export function startOf(
  metric: MetricName,
  fixed: WorkingCopy,
  moving: WorkingCopy,
): { readonly name: StartName; readonly matrix: number[] } {
  const shifts: readonly (readonly [StartName, Vector3])[] = [
    ['files', [0, 0, 0]],
    ['centres-of-mass', less(centreOfMass(fixed), centreOfMass(moving))],
    ['centres-of-grids', less(middle(fixed), middle(moving))],
  ];
  const tried = shifts.map(([name, shift]) => ({
    name,
    matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...shift, 1],
    ...alike(metric, fixed, moving, (p) => less(p, shift)),
  }));
  const [files, ...others] = tried;
  const best = others.reduce((a, b) => (b.value > a.value && b.overlap >= LEAST_OVERLAP ? b : a));
  // The first is always there.
  const own = files as (typeof tried)[number];
  return own.overlap >= LEAST_OVERLAP && own.value >= best.value - CLEARLY[metric] ? own : best;
}

/** What a centre has to be better by before the files' own positions are not believed. */
const CLEARLY: Readonly<Record<MetricName, number>> = { correlation: 0.1, 'mutual-information': 0.02 };

/** Of the values above the lowest: air weighs nothing, tissue about the same as tissue. */
function centreOfMass({ dims: [ni, nj, nk], values, range, rasFromIjk }: WorkingCopy): Vector3 {
  const threshold = range[0] + 0.2 * (range[1] - range[0]);
  let [sum, x, y, z] = [0, 0, 0, 0];
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        if ((values[n] as number) < threshold) continue;
        sum++;
        x += i;
        y += j;
        z += k;
      }
  return sum > 0 ? transform(rasFromIjk, [x / sum, y / sum, z / sum]) : middle({ dims: [ni, nj, nk], rasFromIjk });
}

function middle({ dims, rasFromIjk }: Pick<WorkingCopy, 'dims' | 'rasFromIjk'>): Vector3 {
  return transform(rasFromIjk, dims.map((n) => (n - 1) / 2) as unknown as Vector3);
}

const less = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
