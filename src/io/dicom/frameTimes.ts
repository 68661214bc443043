import type { DataSet } from 'dicom-parser';
import { decimals } from './elements.ts';

const FRAME_TIME = 'x00181063';
const FRAME_TIME_VECTOR = 'x00181065';

/**
 * When each frame of a film began, ms after the first (PS3.3, C.7.6.5.1): by the element that FrameIncrementPointer names, else by the
 * one that is there. null where the file does not say.
 */
export function frameTimes(dataSet: DataSet, count: number): readonly number[] | null {
  const pointer = dataSet.elements.x00280009 ? dataSet.attributeTag('x00280009') : undefined;
  const inOrder = pointer === FRAME_TIME ? [FRAME_TIME, FRAME_TIME_VECTOR] : [FRAME_TIME_VECTOR, FRAME_TIME];
  for (const tag of inOrder) {
    if (!dataSet.string(tag)) continue;
    if (tag === FRAME_TIME) {
      const ms = decimals([dataSet], tag, 1, 'FrameTime')?.[0] ?? 0;
      if (ms > 0) return Array.from({ length: count }, (_, n) => n * ms);
    } else {
      const steps = decimals([dataSet], tag, count, 'FrameTimeVector') ?? [];
      // The first increment is that before the first frame.
      const times = [0];
      for (const step of steps.slice(1)) times.push((times.at(-1) as number) + step);
      if (times.every((time, n) => n === 0 || time > (times[n - 1] as number))) return times;
    }
  }
  return null;
}
