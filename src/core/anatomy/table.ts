import type { Structure } from './body.ts';
import { intersection } from './combine.ts';
import { EVERYWHERE, field, type Shape } from './shape.ts';
import type { Tissue } from './tissue.ts';

/** A curved table with a foam core and a mattress under the back; the lowest point of the back touches the mattress. */
export function table(backY: number): Structure[] {
  const radius = 430;
  const top = backY - 12;
  const plank = (inset: number, depth: number): Shape => {
    const arc = field(EVERYWHERE, (x, y) => {
      const r = Math.sqrt(x * x + (y - top - radius) * (y - top - radius));
      return Math.max(radius - r, r - radius - depth) + inset;
    });
    return intersection([arc, field([-186, top - 60, -1e4, 186, top + 60, 1e4], (x) => Math.abs(x) - 180 + inset)], 3);
  };
  const part = (shape: Shape, tissue: Tissue): Structure => ({
    name: 'table',
    group: 'table',
    shape,
    tissue,
    exact: {},
    labelled: false,
  });
  return [part(plank(1.3, 14), -910), part(plank(0, 14), -180)];
}
