/** The part of a histogram that is worth drawing: a few far values would squeeze the rest into one bar. */
export interface HistogramPicture {
  readonly lower: number;
  readonly upper: number;
  /** Heights 0 to 1, logarithmic: rare values are seen too. */
  readonly bars: readonly number[];
}

/** Values beyond this share at either end are not drawn; they still count. */
const TAIL = 0.0004;

export function histogramPicture(
  lower: number,
  upper: number,
  counts: ArrayLike<number>,
  most = 128,
): HistogramPicture | null {
  const { length } = counts;
  let total = 0;
  for (let n = 0; n < length; n++) total += counts[n] as number;
  if (total === 0 || !(upper > lower)) return null;
  let first = 0;
  for (let sum = counts[0] as number; first < length - 1 && sum <= TAIL * total; sum += counts[first] as number)
    first++;
  let last = length - 1;
  for (let sum = counts[last] as number; last > first && sum <= TAIL * total; sum += counts[last] as number) last--;
  const bin = (upper - lower) / length;
  const size = Math.max(1, Math.ceil((last - first + 1) / most));
  const bars: number[] = [];
  for (let n = first; n <= last; n += size) {
    let sum = 0;
    for (let m = n; m < Math.min(length, n + size); m++) sum += counts[m] as number;
    bars.push(Math.log1p(sum));
  }
  const highest = Math.max(...bars);
  return {
    lower: lower + first * bin,
    upper: Math.min(upper, lower + (first + bars.length * size) * bin),
    bars: bars.map((bar) => bar / highest),
  };
}

/** Round numbers along the axis, at most `most` of them. */
export function axisTicks(lower: number, upper: number, most = 6): number[] {
  const wide = (upper - lower) / most;
  if (!(wide > 0)) return [];
  const decade = 10 ** Math.floor(Math.log10(wide));
  const step = [1, 2, 5, 10].map((n) => n * decade).find((each) => each >= wide) ?? 10 * decade;
  const ticks: number[] = [];
  for (let value = Math.ceil(lower / step) * step; value <= upper; value += step) ticks.push(value);
  return ticks;
}
