import type { ResolvedSettings } from '#compute/methods/method.ts';
import { VesaliusError } from '#core/errors.ts';
import { invert, transform } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { findComponents } from './components.ts';
import { countStored } from './histogram.ts';
import { otsuBins } from './otsu.ts';
import { type MethodInput, type MethodOutcome, numberOf, single } from './outcome.ts';

/** Bins of a float32 scan's histogram; whole numbers have one for each value. */
const FLOAT_BINS = 1024;
/** The exact search over more classes is quadratic in the bins. */
const MOST_BINS = 4096;

/**
 * Thresholds between the classes, ascending, each the smallest rescaled value of the brighter side (so that `≥` splits).
 * @throws VesaliusError 'method' where the scan has fewer different values than classes
 */
export async function* otsuThresholds(volume: Volume, classes: number): AsyncSteps<number[]> {
  const { slope, intercept, storedRange, scalarType } = volume.header;
  const { counts, start, width } = yield* countStored(volume, FLOAT_BINS, storedRange);
  let first = counts.findIndex((count) => count > 0);
  let last = counts.length - 1;
  while (last > 0 && counts[last] === 0) last--;
  if (first < 0) first = last = 0;
  // Empty bins cost nothing: only a scan that really has more values than that is taken in coarser steps.
  const different = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const by = classes === 2 || different <= MOST_BINS ? 1 : Math.ceil((last - first + 1) / MOST_BINS);
  const coarse = new Float64Array(Math.ceil((last - first + 1) / by));
  for (let n = first; n <= last; n++) {
    const bin = Math.floor((n - first) / by);
    coarse[bin] = (coarse[bin] as number) + (counts[n] as number);
  }
  const bins = otsuBins(coarse, classes);
  if (bins.length < classes - 1 || bins.at(-1) === coarse.length - 1)
    throw new VesaliusError({
      code: 'method',
      what: 'Otsu’s threshold',
      where: 'voxels',
      expected: `at least ${classes} different values`,
      got: coarse.filter((count) => count > 0).length,
    });
  const whole = scalarType !== 'f32';
  const edges = bins.map((bin) => {
    if (slope > 0 || !whole) return slope * (start + width * (first + (bin + 1) * by)) + intercept;
    // A falling rescale: the darker class is the upper one, and it begins where values are found again.
    let next = bin + 1;
    while (coarse[next] === 0) next++;
    return slope * (start + width * (first + next * by) - 1) + intercept;
  });
  return edges.sort((a, b) => a - b);
}

function rescaledRange({ slope, intercept, storedRange }: Volume['header']): [number, number] {
  const ends = storedRange.map((stored) => slope * stored + intercept) as [number, number];
  return ends[0] <= ends[1] ? ends : [ends[1], ends[0]];
}

/** Fills in what is found from the scan: Otsu's threshold below, the largest value above. */
async function* resolveRange(volume: Volume, settings: ResolvedSettings): AsyncSteps<readonly [number, number]> {
  const upper = settings.upper ?? rescaledRange(volume.header)[1];
  const lower = settings.lower ?? ((yield* otsuThresholds(volume, 2))[0] as number);
  return [lower as number, upper as number];
}

export async function* threshold(input: MethodInput): AsyncSteps<MethodOutcome> {
  const [lower, upper] = yield* resolveRange(input.volume, input.settings);
  const mask = yield* input.grid.threshold(input.volume, lower, upper);
  return { segments: single(input, mask), settings: { ...input.settings, lower, upper }, warnings: [] };
}

export async function* otsu(input: MethodInput): AsyncSteps<MethodOutcome> {
  return yield* threshold({ ...input, settings: { lower: null, upper: null } });
}

export async function* multiOtsu(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { grid, volume, settings, method } = input;
  const classes = numberOf(settings, 'classes');
  const edges = yield* otsuThresholds(volume, classes);
  const [output] = method.outputs;
  if (!output) return { segments: [], settings, warnings: [] };
  const segments: MethodOutcome['segments'][number][] = [];
  const found: Record<string, number> = {};
  for (const [n, edge] of edges.entries()) {
    const mask = yield* grid.threshold(volume, edge, Infinity);
    const before = segments.at(-1);
    if (before) grid.without(before.mask, mask);
    segments.push({ ...output, value: n + 1, name: `class ${n + 2}`, mask });
    found[`threshold${n + 1}`] = edge;
  }
  return { segments, settings: { ...settings, ...found }, warnings: [] };
}

export async function* components(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { grid, volume, labels, method } = input;
  const [output] = method.outputs;
  const given = input.settings.lower !== null || input.settings.upper !== null;
  let settings = input.settings;
  const voxelMm3 = voxelVolumeMm3(volume.header.rasFromIjk);
  let mask = 0;
  if (labels && !given) mask = yield* grid.fromLabels(labels, null);
  else {
    const [lower, upper] = yield* resolveRange(volume, settings);
    settings = { ...settings, lower, upper };
    mask = yield* grid.threshold(volume, lower, upper);
    if (labels) {
      const within = yield* grid.fromLabels(labels, null);
      grid.and(mask, within);
      grid.drop(within);
    }
  }
  const parts = yield* findComponents(grid, mask, 6);
  const least = Math.max(1, Math.ceil(numberOf(settings, 'minMm3') / voxelMm3 - 1e-6));
  const kept = parts.bySize(numberOf(settings, 'keep'), least);
  const warnings = leftOut(
    parts.count - kept.length,
    sum(parts.sizes) - sum(kept.map((n) => parts.sizes[n] as number)),
    voxelMm3,
    `${kept.length} of ${parts.count} parts`,
  );
  const segments: MethodOutcome['segments'][number][] = [];
  if (output && settings.apart)
    for (const [n, number] of kept.entries())
      segments.push({ ...output, value: n + 1, name: `part ${n + 1}`, mask: parts.select((one) => one === number) });
  else if (output) {
    const chosen = new Set(kept);
    segments.push({ ...output, name: kept.length === 1 ? 'part' : 'parts', mask: parts.select((n) => chosen.has(n)) });
  }
  parts.drop();
  return { segments, settings, warnings };
}

export async function* regionGrow(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { grid, volume, seeds } = input;
  const { dims, rasFromIjk, slope, intercept } = volume.header;
  const voxels = seeds.map((seed) => {
    const ijk = transform(invert(rasFromIjk), seed).map(Math.round) as [number, number, number];
    if (ijk.every((n, axis) => n >= 0 && n < (dims[axis] as number))) return ijk;
    throw new VesaliusError({
      code: 'method',
      what: 'region growing',
      where: 'seed',
      expected: 'a point inside the scan (RAS mm)',
      got: seed.join(', '),
    });
  });
  const valueAt = ([i, j, k]: readonly [number, number, number]) =>
    slope * (volume.scalars[i + dims[0] * (j + dims[1] * k)] as number) + intercept;
  const around = statistics(input, voxels);
  const spread = numberOf(input.settings, 'tolerance') * around.deviation;
  const own = voxels.map(valueAt);
  const lower = (input.settings.lower as number | null) ?? Math.min(around.mean - spread, ...own);
  const upper = (input.settings.upper as number | null) ?? Math.max(around.mean + spread, ...own);
  const outside = own.filter((value) => !(value >= lower && value <= upper));
  if (outside.length === own.length)
    throw new VesaliusError({
      code: 'method',
      what: 'region growing',
      where: 'seed',
      expected: `a value from ${lower} to ${upper}`,
      got: own[0] as number,
    });
  const warnings: Warning[] = outside.map((value) => ({
    code: 'seed-outside-range',
    where: 'seed',
    kept: 'the other points',
    text: `A point with the value ${value} is outside the range from ${lower} to ${upper} and grew nothing.`,
  }));
  const inside = yield* grid.threshold(volume, lower, upper);
  const parts = yield* findComponents(grid, inside, 6);
  const reached = new Set(voxels.map(([i, j, k]) => parts.at(i, j, k)).filter((n) => n >= 0));
  const mask = parts.select((n) => reached.has(n));
  parts.drop();
  return { segments: single(input, mask), settings: { ...input.settings, lower, upper }, warnings };
}

/** Mean and standard deviation of the rescaled values in balls around the voxels. */
function statistics(
  { volume, settings }: MethodInput,
  voxels: readonly (readonly [number, number, number])[],
): { mean: number; deviation: number } {
  const { dims, spacing, slope, intercept } = volume.header;
  const radius = numberOf(settings, 'radiusMm');
  const reach = spacing.map((mm) => Math.floor(radius / mm)) as [number, number, number];
  let [count, mean, squares] = [0, 0, 0];
  for (const [ci, cj, ck] of voxels)
    for (let k = Math.max(0, ck - reach[2]); k <= Math.min(dims[2] - 1, ck + reach[2]); k++)
      for (let j = Math.max(0, cj - reach[1]); j <= Math.min(dims[1] - 1, cj + reach[1]); j++)
        for (let i = Math.max(0, ci - reach[0]); i <= Math.min(dims[0] - 1, ci + reach[0]); i++) {
          if (Math.hypot((i - ci) * spacing[0], (j - cj) * spacing[1], (k - ck) * spacing[2]) > radius + 1e-6) continue;
          const value = slope * (volume.scalars[i + dims[0] * (j + dims[1] * k)] as number) + intercept;
          if (!Number.isFinite(value)) continue;
          // Welford 1962
          const off = value - mean;
          mean += off / ++count;
          squares += off * (value - mean);
        }
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0 };
}

/** The warning that says how much was left out, none where nothing was. */
export function leftOut(parts: number, voxels: number, voxelMm3: number, kept: string): Warning[] {
  if (parts === 0) return [];
  const ml = (voxels * voxelMm3) / 1000;
  return [
    {
      code: 'parts-left-out',
      where: 'components',
      kept,
      text: `${parts} smaller ${parts === 1 ? 'part was' : 'parts were'} left out, ${ml.toPrecision(3)} ml together.`,
    },
  ];
}

function sum(numbers: ArrayLike<number>): number {
  let total = 0;
  for (let n = 0; n < numbers.length; n++) total += numbers[n] as number;
  return total;
}
