import { transferring } from '#compute/protocol.ts';
import type { Body, Exact } from '#core/anatomy/body.ts';
import { makeBody } from '#core/anatomy/makeBody.ts';
import { addNoise } from '#core/anatomy/noise.ts';
import { type Palette, paint, paletteOf } from '#core/anatomy/paint.ts';
import type { PhantomSpec } from '#core/anatomy/phantomSpec.ts';
import type { Affine } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';

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

interface Made {
  readonly body: Body;
  readonly palette: Palette;
}

/** The last body made: slabs of one phantom come one after another. */
let made: { key: string; parts: Promise<Made> } | null = null;

function bodyOf(spec: PhantomSpec): Promise<Made> {
  const grid = spec.case === 'geometry' ? [spec.rasFromIjk.m, spec.dims] : [];
  const key = JSON.stringify([spec.case, spec.seed, spec.contrast ?? 'ct', grid]);
  if (made?.key !== key) {
    const parts = makeBody(spec).then((body) => ({ body, palette: paletteOf(body) }));
    made = { key, parts };
  }
  return made.parts;
}

/** Names, groups and exact measures of a phantom's segments. */
export async function phantomTable(spec: PhantomSpec): Promise<PhantomTable> {
  const { body, palette } = await bodyOf(spec);
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
 * Layers k0 ≤ k < k1 of a phantom in HU (or MR signal) and labels. Written into the shared arrays of the whole volume where they are given, else
 * returned.
 */
export async function* phantomSlab(
  spec: PhantomSpec,
  k0: number,
  k1: number,
  shared: { readonly scalars: Int16Array; readonly labels: Uint8Array } | null,
): AsyncSteps<PhantomSlab> {
  const { dims, rasFromIjk, noiseHu, seed, contrast = 'ct' } = spec;
  const plane = dims[0] * dims[1];
  const { body, palette } = await bodyOf(spec);
  yield { stage: 'phantom', done: 0, of: 2 };
  const hu = new Float32Array(plane * (k1 - k0));
  const labels = shared ? shared.labels.subarray(k0 * plane, k1 * plane) : new Uint8Array(hu.length);
  const scalars = shared ? shared.scalars.subarray(k0 * plane, k1 * plane) : new Int16Array(hu.length);
  for (const _ of paint(body, palette, rasFromIjk, dims, k0, k1, hu, labels))
    yield { stage: 'phantom', done: 0, of: 2 };
  const noisy = contrast === 'ct' ? addNoise : await received(rasFromIjk);
  for (const _ of noisy(hu, dims, k0, k1, noiseHu, seed)) yield { stage: 'phantom', done: 1, of: 2 };
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

/** What an MR receiver makes of the signal: its sensitivity differs from place to place, and the magnitude is Rician. */
async function received(rasFromIjk: Affine<'ras', 'ijk'>): Promise<typeof addNoise> {
  const { biasField, rician } = await import('#core/anatomy/mr.ts');
  return function* (signal: Float32Array, dims: Dims, k0, k1, sigma, seed) {
    yield* biasField(signal, dims, k0, k1, rasFromIjk, seed);
    yield* rician(signal, dims, k0, k1, sigma, seed);
  };
}
