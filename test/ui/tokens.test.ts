import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Theme = Readonly<Record<string, string>>;

function themes(): Readonly<Record<string, Theme>> {
  const css = readFileSync(join(import.meta.dirname, '../../src/ui/dom/tokens.css'), 'utf8');
  const read = (name: string): Theme => {
    const block = css.match(new RegExp(`\\[data-theme=['"]${name}['"]\\]\\s*\\{([^}]*)\\}`))?.[1] ?? '';
    return Object.fromEntries(
      [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/g)].map((found) => [found[1], found[2]]),
    );
  };
  // The slice planes' colours are the same in all themes: written once.
  return {
    dark: read('dark'),
    light: { ...planes(read('dark')), ...read('light') },
    contrast: { ...planes(read('dark')), ...read('contrast') },
  };
}
const planes = ({ axial, coronal, sagittal }: Theme): Theme => ({
  axial: axial ?? '',
  coronal: coronal ?? '',
  sagittal: sagittal ?? '',
});

/** WCAG 2.2, relative luminance of sRGB. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((n) => {
    const channel = Number.parseInt(hex.slice(n, n + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const text = ['text', 'quiet', 'accent', 'good', 'warn', 'harm'] as const;
const pairs: readonly (readonly [string, string, number])[] = [
  ...text.flatMap((word) => ['panel', 'raised', 'field'].map((on) => [word, on, 4.5] as const)),
  ['text', 'ground', 4.5],
  ['quiet', 'ground', 4.5],
  ['text', 'hover', 4.5],
  ['quiet', 'hover', 4.5],
  ['on-sel', 'sel', 4.5],
  ['on-accent', 'accent', 4.5],
  ['warn', 'warn-bg', 4.5],
  ['text', 'stage-near', 4.5],
  ['text', 'stage-far', 4.5],
  ['edge', 'panel', 3],
  ['edge', 'field', 3],
  ['edge', 'raised', 3],
  ['accent', 'panel', 3],
  ['find', 'panel', 3],
];

describe('tokens', () => {
  const all = themes();
  it('black on white is 21 : 1', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
  for (const [name, theme] of Object.entries(all)) {
    it(`${name}: every pair can be read`, () => {
      expect(Object.keys(theme).length).toBeGreaterThan(24);
      const low = pairs.flatMap(([word, on, least]) => {
        const found = contrast(theme[word] as string, theme[on] as string);
        return found >= least ? [] : [`${word} on ${on}: ${found.toFixed(2)} < ${least}`];
      });
      expect(low).toEqual([]);
    });
  }
  it('themes have the same tokens', () => {
    const names = (theme: Theme | undefined) => Object.keys(theme ?? {}).sort();
    expect(names(all.light)).toEqual(names(all.dark));
    expect(names(all.contrast)).toEqual(names(all.dark));
  });
});
