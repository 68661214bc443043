import { describe, expect, it } from 'vitest';
import { makeBody } from '#core/anatomy/makeBody.ts';
import { hasMaterial, materialsOf } from '#core/anatomy/materials.ts';
import { biasField, rician, signalOf } from '#core/anatomy/mr.ts';
import { anatomicalCases, phantomGrid } from '#core/anatomy/phantomSpec.ts';

describe('signalOf', () => {
  it('is the spin echo equation', () => {
    // 1500 · 0.77 · (1 − e^(−500/500)) · e^(−12/70), worked out by hand
    expect(signalOf('white', 't1')).toBeCloseTo(1155 * 0.6321206 * 0.8424602, 1);
    // 1500 · 1 · (1 − e^(−4500/2569)) · e^(−95/329)
    expect(signalOf('fluid', 't2')).toBeCloseTo(1500 * 0.8265256 * 0.7492014, 0);
    expect(signalOf('air', 'pd')).toBe(0);
  });

  it('orders tissues as each weighting does', () => {
    const at = (contrast: Parameters<typeof signalOf>[1]) => (name: Parameters<typeof signalOf>[0]) =>
      signalOf(name, contrast);
    const [t1, t2, flair, pd] = [at('t1'), at('t2'), at('flair'), at('pd')];
    expect(t1('fat')).toBeGreaterThan(t1('white'));
    expect(t1('white')).toBeGreaterThan(t1('grey') * 1.15);
    expect(t1('grey')).toBeGreaterThan(t1('fluid') * 1.5);
    expect(t1('clot')).toBeGreaterThan(t1('grey') * 1.3);
    expect(t2('fluid')).toBeGreaterThan(t2('grey') * 2);
    expect(t2('grey')).toBeGreaterThan(t2('white') * 1.2);
    expect(t2('oedema')).toBeGreaterThan(t2('white') * 1.6);
    expect(t2('liver')).toBeLessThan(t2('spleen'));
    // The fluid is nulled, oedema is not.
    expect(flair('fluid')).toBeLessThan(flair('white') * 0.02);
    expect(flair('oedema')).toBeGreaterThan(flair('white') * 1.3);
    expect(pd('grey')).toBeGreaterThan(pd('white'));
    for (const contrast of [t1, t2, flair, pd]) expect(contrast('cortex')).toBeLessThan(contrast('muscle') * 0.25);
  });
});

describe('materialsOf', () => {
  it.each(anatomicalCases)('%s: every structure has its material, several in the order of their HU', async (name) => {
    const grid = phantomGrid({ case: name, size: 32 });
    const body = await makeBody({ case: name, ...grid, noiseHu: 0, seed: 1 });
    for (const { name: structure, group } of body.structures) {
      expect(hasMaterial(structure), structure).toBe(true);
      if (group === 'arteries' || group === 'veins')
        expect(
          materialsOf(structure).map(({ material }) => material),
          structure,
        ).toEqual(['blood']);
      if (group === 'air') expect(materialsOf(structure)[0]?.material, structure).toBe('air');
      const stops = materialsOf(structure).map(({ hu }) => hu);
      expect(
        [...stops].sort((a, b) => a - b),
        structure,
      ).toEqual(stops);
    }
  });
});

describe('the receiver', () => {
  const grid = phantomGrid({ case: 'head', size: 48 });
  const { dims, rasFromIjk } = grid;
  const all = (value: number) => new Float32Array(48 ** 3).fill(value);
  const mean = (v: Float32Array) => v.reduce((a, b) => a + b, 0) / v.length;

  it('has a smooth sensitivity of moderate range that the seed decides', () => {
    const field = (seed: number) => {
      const signal = all(1);
      for (const _ of biasField(signal, dims, 0, 48, rasFromIjk, seed));
      return signal;
    };
    const first = field(1);
    let [low, high, step] = [9, 0, 0];
    first.forEach((v, n) => {
      low = Math.min(low, v);
      high = Math.max(high, v);
      if (n % 48 < 47) step = Math.max(step, Math.abs((first[n + 1] as number) - v));
    });
    expect(low).toBeGreaterThan(0.6);
    expect(high).toBeLessThan(1.5);
    expect(high - low).toBeGreaterThan(0.05);
    expect(step).toBeLessThan(0.02);
    expect(field(1)).toEqual(first);
    expect(field(2)).not.toEqual(first);
  });

  it('gives Rician noise: Rayleigh where nothing is, near-Gaussian on strong signal', () => {
    const noisy = (value: number) => {
      const signal = all(value);
      for (const _ of rician(signal, dims, 0, 48, 20, 5));
      return signal;
    };
    const [empty, strong] = [noisy(0), noisy(1000)];
    expect(mean(empty)).toBeCloseTo(20 * Math.sqrt(Math.PI / 2), 0);
    const spread = (v: Float32Array) => {
      const middle = mean(v);
      return Math.sqrt(mean(v.map((x) => (x - middle) ** 2)));
    };
    expect(spread(empty) / (20 * Math.sqrt(2 - Math.PI / 2))).toBeGreaterThan(0.97);
    expect(spread(empty) / (20 * Math.sqrt(2 - Math.PI / 2))).toBeLessThan(1.03);
    expect(mean(strong)).toBeCloseTo(1000.2, 0);
    expect(spread(strong) / 20).toBeGreaterThan(0.98);
    expect(spread(strong) / 20).toBeLessThan(1.02);
    expect(empty.every((v) => v >= 0)).toBe(true);
  });
});
