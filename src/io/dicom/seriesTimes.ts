import type { Slice } from './stack.ts';

/** What says when a slice was taken, in the order in which it is believed: keyword, and its unit in ms. */
const CLOCKS: readonly (readonly [keyword: string, ms: number])[] = [
  ['NominalCardiacTriggerDelayTime', 1],
  ['TriggerTime', 1],
  ['TemporalPositionTimeOffset', 1000],
  ['FrameReferenceTime', 1],
  ['FrameAcquisitionDateTime', 1000],
  ['AcquisitionTime', 1000],
];
const DAY_MS = 86_400_000;
/** Clocks that begin again at midnight. */
const OF_THE_DAY = ['AcquisitionTime'];

/**
 * When each timepoint began, ms after the first: by its earliest slice, after the first clock that rises from timepoint to
 * timepoint; else the temporal positions times TemporalResolution. null where the files do not say.
 * @param slices timepoint by timepoint
 */
export function timepointTimes(slices: readonly Slice[], timepoints: number): readonly number[] | null {
  if (timepoints < 2) return null;
  const perTimepoint = slices.length / timepoints;
  const groups = Array.from({ length: timepoints }, (_, t) => slices.slice(t * perTimepoint, (t + 1) * perTimepoint));
  for (const [keyword, unit] of CLOCKS) {
    const earliest = groups.map((group) => Math.min(...group.map(({ frame }) => frame.times[keyword] ?? Number.NaN)));
    const times = earliest.map((time) => time * unit);
    // Past midnight a clock of the day goes on from 0.
    if (OF_THE_DAY.includes(keyword))
      for (let t = 1; t < times.length; t++)
        if ((times[t] as number) < (times[t - 1] as number) - DAY_MS / 2) times[t] = (times[t] as number) + DAY_MS;
    const found = risingFromZero(times);
    if (found) return found;
  }
  const resolution = slices[0]?.frame.temporalResolutionMs ?? null;
  if (resolution === null) return null;
  for (const keyword of ['TemporalPositionIdentifier', 'TemporalPositionIndex']) {
    const found = risingFromZero(groups.map(([first]) => (first?.frame.times[keyword] ?? Number.NaN) * resolution));
    if (found) return found;
  }
  return null;
}

function risingFromZero(times: readonly number[]): readonly number[] | null {
  const rises = times.every((time, t) => Number.isFinite(time) && (t === 0 || time > (times[t - 1] as number)));
  // What was written with six digits is not known to more.
  return rises ? times.map((time) => Number((time - (times[0] as number)).toFixed(6))) : null;
}
