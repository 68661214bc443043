/**
 * Thresholds that split a histogram into `classes` so that the variance between classes is largest: class c ends with its bin.
 * @returns classes − 1 bin numbers, ascending: the last bin of each class but the last
 * Source: Otsu 1979; Liao, Chen & Chung 2001, solved exactly by dynamic programming over cumulated moments, O(classes · bins²).
 */
export function otsuBins(counts: ArrayLike<number>, classes: number): number[] {
  // Bins that are empty never improve a split: leaving them out keeps the search short and the answer the same.
  const bins: number[] = [];
  for (let n = 0; n < counts.length; n++) if ((counts[n] as number) > 0) bins.push(n);
  const n = bins.length;
  if (n <= classes) return bins.slice(0, Math.max(0, classes - 1));
  const mass = new Float64Array(n + 1);
  const moment = new Float64Array(n + 1);
  for (let b = 0; b < n; b++) {
    const count = counts[bins[b] as number] as number;
    mass[b + 1] = (mass[b] as number) + count;
    // Relative to the first bin: smaller moments, fewer lost digits.
    moment[b + 1] = (moment[b] as number) + count * ((bins[b] as number) - (bins[0] as number));
  }
  /** Σ² / mass of bins [from, to): what is to be largest when summed over the classes. */
  const worth = (from: number, to: number) => {
    const m = (moment[to] as number) - (moment[from] as number);
    return (m * m) / ((mass[to] as number) - (mass[from] as number));
  };
  let best = new Float64Array(n + 1);
  for (let to = 1; to <= n; to++) best[to] = worth(0, to);
  const cuts: Int32Array[] = [];
  for (let c = 2; c <= classes; c++) {
    const next = new Float64Array(n + 1).fill(-Infinity);
    const cut = new Int32Array(n + 1);
    const firstTo = c === classes ? n : c;
    for (let to = firstTo; to <= n; to++)
      for (let from = c - 1; from < to; from++) {
        const value = (best[from] as number) + worth(from, to);
        if (value > (next[to] as number)) {
          next[to] = value;
          cut[to] = from;
        }
      }
    best = next;
    cuts.push(cut);
  }
  const found: number[] = [];
  for (let c = cuts.length - 1, to = n; c >= 0; c--) {
    to = (cuts[c] as Int32Array)[to] as number;
    found.unshift(bins[to - 1] as number);
  }
  return found;
}
