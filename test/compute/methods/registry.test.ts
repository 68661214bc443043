import { describe, expect, it } from 'vitest';
import { methodRuns } from '#compute/jobs/segment/methodRuns.ts';
import { methodById, methods, parseSettings } from '#compute/methods/registry.ts';
import { segmentGroups, tissues } from '#core/case/tissues.ts';

describe('methods registry', () => {
  it('has the ids that others type, each with a job, a source and settings that hold together', () => {
    expect(methods.map((method) => method.id)).toEqual(
      expect.arrayContaining([
        'threshold',
        'otsu',
        'multi-otsu',
        'region-grow',
        'components',
        'ct-body',
        'ct-bone',
        'ct-lungs',
        'ct-vessels',
        'mr-head',
      ]),
    );
    expect(Object.keys(methodRuns).sort()).toEqual(methods.map((method) => method.id).sort());
    for (const method of methods) {
      expect(method.source.length).toBeGreaterThan(20);
      for (const output of method.outputs) {
        expect(tissues).toHaveProperty(output.tissue);
        expect(segmentGroups).toContain(output.group);
      }
      for (const setting of method.settings) {
        if (setting.type === 'boolean' || setting.default === null) continue;
        expect(setting.default).toBeGreaterThanOrEqual(setting.min);
        expect(setting.default).toBeLessThanOrEqual(setting.max);
      }
    }
    // Plain data: what the command line prints is all there is.
    expect(JSON.parse(JSON.stringify(methods))).toEqual(methods);
  });

  it('settings: defaults, words as numbers, and refusals that name the setting', () => {
    const threshold = methodById('threshold');
    expect(parseSettings(threshold, { lower: '226' })).toEqual({ lower: 226, upper: null });
    expect(parseSettings(methodById('ct-lungs'), { airway: 'true' })).toMatchObject({ airway: true, upper: -400 });
    const refused = (id: string, raw: Record<string, unknown>) => () => parseSettings(methodById(id), raw);
    for (const [id, raw, where] of [
      ['threshold', { lowest: 1 }, 'setting'],
      ['threshold', { lower: 'abc' }, 'lower'],
      ['threshold', { lower: '' }, 'lower'],
      ['threshold', { lower: Number.NaN }, 'lower'],
      ['threshold', { lower: 5, upper: 4 }, 'upper'],
      ['multi-otsu', { classes: 2.5 }, 'classes'],
      ['multi-otsu', { classes: 99 }, 'classes'],
      ['ct-lungs', { airway: 3 }, 'airway'],
      ['ct-body', { cutMm: -1 }, 'cutMm'],
    ] as const)
      expect(refused(id, raw)).toThrow(expect.objectContaining({ code: 'usage', where: `${id}: ${where}` }));
    expect(() => methodById('no-such-method')).toThrow(
      expect.objectContaining({ code: 'usage', got: 'no-such-method' }),
    );
  });
});
