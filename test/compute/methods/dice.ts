/** Overlap of two sets, voxels where `counts` is 0 left out of both: 2·|A ∩ B| / (|A| + |B|); and how much larger `found` is. */
export function overlap(
  truth: ArrayLike<number>,
  found: ArrayLike<number>,
  counts?: ArrayLike<number>,
): { readonly dice: number; readonly volumeError: number } {
  let [both, inTruth, inFound] = [0, 0, 0];
  for (let n = 0; n < truth.length; n++) {
    if (counts && !counts[n]) continue;
    const [a, b] = [truth[n] ? 1 : 0, found[n] ? 1 : 0];
    both += a & b;
    inTruth += a;
    inFound += b;
  }
  return { dice: (2 * both) / Math.max(1, inTruth + inFound), volumeError: inFound / Math.max(1, inTruth) - 1 };
}

/** What each preset is measured against on the thorax phantom: names that count, and names that a reader may count either way. */
export const phantomTruth = {
  'ct-body': { segments: /./, either: /^$/ },
  'ct-bone': {
    segments: /\brib |vertebra|sternum|scapula|clavicle|humerus/,
    either: /disc|cartilage|fracture/,
  },
  'ct-lungs': {
    segments: /^(right|left) lung$/,
    either: /nodule|airway|trachea|pulmonary|lung vessels/,
  },
} as const satisfies Record<string, { segments: RegExp; either: RegExp }>;

/** Truth and the voxels that count, from a phantom's labels. */
export function truthOf(
  labels: ArrayLike<number>,
  segments: readonly { readonly id: number; readonly name: string }[],
  method: keyof typeof phantomTruth,
): { readonly truth: Uint8Array; readonly counts: Uint8Array } {
  const { segments: wanted, either } = phantomTruth[method];
  const is = new Uint8Array(256);
  const may = new Uint8Array(256);
  for (const { id, name } of segments) {
    if (either.test(name)) may[id] = 1;
    else if (wanted.test(name)) is[id] = 1;
  }
  const truth = new Uint8Array(labels.length);
  const counts = new Uint8Array(labels.length);
  for (let n = 0; n < labels.length; n++) {
    truth[n] = is[labels[n] as number] as number;
    counts[n] = 1 - (may[labels[n] as number] as number);
  }
  return { truth, counts };
}

/** The best Dice that any single lower threshold reaches. */
export function bestThreshold(truth: ArrayLike<number>, values: ArrayLike<number>): number {
  const inside = new Map<number, number>();
  const all = new Map<number, number>();
  let truthCount = 0;
  for (let n = 0; n < truth.length; n++) {
    const value = values[n] as number;
    all.set(value, (all.get(value) ?? 0) + 1);
    if (!truth[n]) continue;
    truthCount++;
    inside.set(value, (inside.get(value) ?? 0) + 1);
  }
  let [best, both, found] = [0, 0, 0];
  for (const value of [...all.keys()].sort((a, b) => b - a)) {
    both += inside.get(value) ?? 0;
    found += all.get(value) ?? 0;
    best = Math.max(best, (2 * both) / (truthCount + found));
  }
  return best;
}
