import { transferring } from '#compute/protocol.ts';
import { addNoise } from '#core/anatomy/noise.ts';
import { type Palette, paint, paletteOf } from '#core/anatomy/paint.ts';
import type { PhantomSpec } from '#core/anatomy/phantomSpec.ts';
import { type Body, type Exact, makeThorax } from '#core/anatomy/thorax.ts';
import type { Steps } from '#core/steps.ts';

export interface PhantomTable {
  /** In the order of their labels: the first has label 1. */
  readonly segments: readonly { readonly name: string; readonly group: string; readonly exact: Exact }[];
}

export interface PhantomSlab {
  readonly k0: number;
  /** Present where no shared memory was given: the slab's own voxels, transferred. */
  readonly scalars: Int16Array | null;
  readonly labels: Uint8Array | null;
  /** Voxels per label, 0 first. */
  readonly counts: Float64Array;
  readonly range: readonly [number, number];
}

/** The last body made: slabs of one phantom come one after another. */
let made: { seed: number; body: Body; palette: Palette } | null = null;

function bodyOf({ seed }: PhantomSpec): { body: Body; palette: Palette } {
  if (made?.seed !== seed) {
    const body = makeThorax(seed);
    made = { seed, body, palette: paletteOf(body) };
  }
  return made;
}

/** Names, groups and exact measures of a phantom's segments. */
export function phantomTable(spec: PhantomSpec): PhantomTable {
  const { body, palette } = bodyOf(spec);
  return {
    segments: palette.names.map((name) => {
      const parts = body.structures.filter((structure) => structure.name === name);
      return {
        name,
        group: parts[0]?.group ?? '',
        exact: Object.assign({}, ...parts.map(({ exact }) => exact)) as Exact,
      };
    }),
  };
}

/**
 * Layers k0 ≤ k < k1 of a phantom in HU and labels. Written into the shared arrays of the whole volume where they are given, else
 * returned.
 */
export function* phantomSlab(
  spec: PhantomSpec,
  k0: number,
  k1: number,
  shared: { readonly scalars: Int16Array; readonly labels: Uint8Array } | null,
): Steps<PhantomSlab> {
  const { dims, rasFromIjk, noiseHu, seed } = spec;
  const plane = dims[0] * dims[1];
  const { body, palette } = bodyOf(spec);
  yield { stage: 'phantom', done: 0, of: 2 };
  const hu = new Float32Array(plane * (k1 - k0));
  const labels = shared ? shared.labels.subarray(k0 * plane, k1 * plane) : new Uint8Array(hu.length);
  const scalars = shared ? shared.scalars.subarray(k0 * plane, k1 * plane) : new Int16Array(hu.length);
  for (const _ of paint(body, palette, rasFromIjk, dims, k0, k1, hu, labels))
    yield { stage: 'phantom', done: 0, of: 2 };
  for (const _ of addNoise(hu, dims, k0, k1, noiseHu, seed)) yield { stage: 'phantom', done: 1, of: 2 };
  const counts = new Float64Array(palette.names.length + 1);
  let low = 32767;
  let high = -32768;
  for (let n = 0; n < hu.length; n++) {
    const value = Math.round(hu[n] as number);
    scalars[n] = value;
    if (value < low) low = value;
    if (value > high) high = value;
    const label = labels[n] as number;
    counts[label] = (counts[label] as number) + 1;
  }
  const result: PhantomSlab = {
    k0,
    scalars: shared ? null : scalars,
    labels: shared ? null : labels,
    counts,
    range: [low, high],
  };
  return transferring(result, shared ? [] : [scalars.buffer, labels.buffer]);
}
