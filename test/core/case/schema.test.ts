import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCase } from '#core/case/migrate.ts';
import { CASE_VERSION } from '#core/case/schema.ts';
import { VesaliusError } from '#core/errors.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');
const json = (path: string): unknown => JSON.parse(readFileSync(join(fixtures, path), 'utf8'));

describe('a stored case', () => {
  it.each(Array.from({ length: CASE_VERSION }, (_, n) => n + 1))('of version %i is read', (version) => {
    const document = readCase(json(`case/v${version}.json`));
    expect(document.version).toBe(CASE_VERSION);
    expect(document.segments.map((each) => each.name)).toEqual(['liver', 'spleen']);
    expect(document.measurements).toHaveLength(2);
  });

  it('keeps the planes of a volume that were made up, and has none where the file names none', () => {
    const document = json(`case/v${CASE_VERSION}.json`) as { volumes: Record<string, unknown>[] };
    expect(readCase(document).volumes[0]).not.toHaveProperty('interpolatedSlices');
    (document.volumes[0] as Record<string, unknown>).interpolatedSlices = [4, 5, 31];
    expect(readCase(JSON.parse(JSON.stringify(document))).volumes[0]?.interpolatedSlices).toEqual([4, 5, 31]);
  });

  /** Each holds what is wrong with it: a patch of the good one, and the words of the refusal. */
  const negative = readdirSync(join(fixtures, 'negative/case'));
  it('has its defects as fixtures', () => expect(negative.length).toBeGreaterThan(15));

  it.each(negative)('%s is refused, and the field is named', (name) => {
    const { set, code, says } = json(`negative/case/${name}`) as {
      set: Record<string, unknown>;
      code: string;
      says: string;
    };
    const document = json(`case/v${CASE_VERSION}.json`) as Record<string, unknown>;
    for (const [path, value] of Object.entries(set)) {
      const keys = path.split('.');
      const last = keys.pop() as string;
      const target = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, document);
      if (value === '(absent)') delete target[last];
      else target[last] = value;
    }
    expect(() => readCase(document)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(says) }));
  });

  it('anything else is refused with one of our errors', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          readCase(value);
          return false;
        } catch (thrown) {
          return thrown instanceof VesaliusError;
        }
      }),
      { seed: Number(process.env.SEED ?? 1), numRuns: 300 },
    );
  });
});
