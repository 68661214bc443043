// How a slice is framed on this screen: gone with the view, never in the case.
import type { RasPoint } from '#state/viewer.ts';

export interface SliceFrame {
  /** Times the scale at which the whole scan fits. */
  readonly zoom: number;
  /** What is in the middle of the picture, RAS mm; null: the middle of the scan. */
  readonly middle: RasPoint | null;
}

export const wholeScan: SliceFrame = { zoom: 1, middle: null };

const LEAST = 0.5;
const MOST = 40;

/** Nearer by `factor`, so that `fixed` stays where it is in the picture. `middle` is what is in the middle now. */
export function zoomedAbout(frame: SliceFrame, factor: number, fixed: RasPoint, middle: RasPoint): SliceFrame {
  const zoom = Math.min(MOST, Math.max(LEAST, frame.zoom * factor));
  const share = frame.zoom / zoom;
  const place = (axis: 0 | 1 | 2) => fixed[axis] + (middle[axis] - fixed[axis]) * share;
  return { zoom, middle: [place(0), place(1), place(2)] };
}
