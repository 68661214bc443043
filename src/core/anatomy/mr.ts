import type { Affine } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Body, Structure } from './body.ts';
import { type Material, materialsOf, relaxation } from './materials.ts';
import { addNoise } from './noise.ts';
import type { PhantomContrast } from './phantomSpec.ts';
import { mix32, seeded } from './random.ts';
import type { Triple } from './shape.ts';
import type { Tissue } from './tissue.ts';

export type MrContrast = Exclude<PhantomContrast, 'ct'>;

/** Spin echo in ms: repetition, echo, inversion where there is one; and the receiver's gain. */
const sequences: Readonly<Record<MrContrast, { tr: number; te: number; ti?: number; gain: number }>> = {
  t1: { tr: 500, te: 12, gain: 1500 },
  t2: { tr: 4500, te: 95, gain: 1500 },
  pd: { tr: 3500, te: 15, gain: 900 },
  // The inversion time at which the fluid of `relaxation` has no signal.
  flair: { tr: 9000, te: 110, ti: 1703, gain: 2600 },
};

/**
 * Signal of a material: S = gain · ρ · E · exp(−TE/T2), with E = 1 − exp(−TR/T1), or |1 − 2 exp(−TI/T1) + exp(−TR/T1)| after an
 * inversion. Source: Bernstein, King & Zhou, Handbook of MRI Pulse Sequences, 2004, sections 14.2 and 14.3.
 */
export function signalOf(material: Material, contrast: MrContrast): number {
  const [t1, t2, density] = relaxation[material];
  const { tr, te, ti, gain } = sequences[contrast];
  const recovered = ti === undefined ? 1 - Math.exp(-tr / t1) : 1 - 2 * Math.exp(-ti / t1) + Math.exp(-tr / t1);
  return gain * density * Math.abs(recovered) * Math.exp(-te / t2);
}

/** The same body with signals in the place of HU. Where a tissue goes from one material to another in HU, so does its signal. */
export function inContrast(body: Body, contrast: MrContrast): Body {
  const signals = new Map<Material, number>();
  const signal = (material: Material) => {
    const known = signals.get(material) ?? signalOf(material, contrast);
    signals.set(material, known);
    return known;
  };
  const structures = body.structures.map(
    (structure): Structure => ({ ...structure, tissue: mapped(structure, signal) }),
  );
  return { ...body, structures, empty: 0 };
}

/** HU of the structure's own unevenness, as a share of its signal per HU. */
const TEXTURE = 0.006;

function mapped({ name, tissue }: Structure, signal: (material: Material) => number): Tissue {
  const stops = materialsOf(name).map(({ hu, material }) => ({ hu, value: signal(material) }));
  const first = stops[0] as (typeof stops)[number];
  if (typeof tissue === 'number' && stops.length === 1) return first.value;
  if (stops.length === 1) {
    const ask = tissue as Exclude<Tissue, number>;
    return (x, y, z, d, width) => {
      const away = Math.max(-12, Math.min(12, ask(x, y, z, d, width) - first.hu));
      return first.value * (1 + TEXTURE * away);
    };
  }
  const ask = typeof tissue === 'number' ? () => tissue : tissue;
  return (x, y, z, d, width) => {
    const hu = ask(x, y, z, d, width);
    if (hu <= first.hu) return first.value;
    for (let n = 1; n < stops.length; n++) {
      const [a, b] = [stops[n - 1] as (typeof stops)[number], stops[n] as (typeof stops)[number]];
      if (hu <= b.hu) return a.value + ((hu - a.hu) / (b.hu - a.hu)) * (b.value - a.value);
    }
    return (stops.at(-1) as (typeof stops)[number]).value;
  };
}

/** Multiplies by the receiver's sensitivity: a smooth polynomial of the place (RAS mm), between about 0.75 and 1.25. */
export function* biasField(
  signal: Float32Array,
  [ni, nj]: Dims,
  k0: number,
  k1: number,
  { m }: Affine<'ras', 'ijk'>,
  seed: number,
): Generator<void, void, void> {
  const random = seeded(seed).fork('bias');
  const weights = Float64Array.from({ length: 9 }, (_, n) => random.between(-0.1, 0.1) * (n < 3 ? 1 : 0.6));
  const [a, b, c, ab, bc, ca, aa, bb, cc] = weights as unknown as readonly [...Triple, ...Triple, ...Triple];
  const near = (v: number) => Math.max(-1.2, Math.min(1.2, v / 150));
  for (let k = k0, n = 0; k < k1; k++) {
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        if (signal[n] === 0) continue;
        const at = (r: 0 | 1 | 2) =>
          near((m[r] as number) * i + (m[4 + r] as number) * j + (m[8 + r] as number) * k + (m[12 + r] as number));
        const [p, q, s] = [at(0), at(1), at(2)];
        const plain = a * p + b * q + c * s;
        const bent = ab * p * q + bc * q * s + ca * s * p + aa * p * p + bb * q * q + cc * s * s;
        signal[n] = (signal[n] as number) * (1 + plain + bent);
      }
    yield;
  }
}

/** The magnitude of a complex signal with noise of `sigma` in both of its parts (Gudbjartsson & Patz, MRM 1995). */
export function* rician(
  signal: Float32Array,
  dims: Dims,
  k0: number,
  k1: number,
  sigma: number,
  seed: number,
): Generator<void, void, void> {
  if (sigma === 0) return;
  const imaginary = new Float32Array(signal.length);
  yield* addNoise(signal, dims, k0, k1, sigma, seed);
  yield* addNoise(imaginary, dims, k0, k1, sigma, mix32(seed >>> 0) + 1);
  for (let n = 0; n < signal.length; n++)
    signal[n] = Math.sqrt(
      (signal[n] as number) * (signal[n] as number) + (imaginary[n] as number) * (imaginary[n] as number),
    );
}
