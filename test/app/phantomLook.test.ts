import { describe, expect, it } from 'vitest';
import { readAddress } from '#app/address.ts';
import { lookOfStructure } from '#app/phantomLook.ts';
import { makeBody } from '#core/anatomy/makeBody.ts';
import { paletteOf } from '#core/anatomy/paint.ts';
import { anatomicalCases, phantomGrid } from '#core/anatomy/phantomSpec.ts';

describe('readAddress', () => {
  it.each(anatomicalCases)('opens the %s', (body) => {
    expect(readAddress(`?case=phantom:${body}`).source).toEqual({ sample: `phantom:${body}` });
  });

  it('opens nothing for what is no body', () => {
    for (const name of ['phantom:geometry', 'phantom:', 'phantom:leg', 'head'])
      expect(readAddress(`?case=${name}`).source).toBeNull();
  });
});

describe('lookOfStructure', () => {
  it.each(['abdomen', 'head'] as const)(
    '%s: every structure has a tissue and a group, findings are seen',
    async (body) => {
      const made = await makeBody({ case: body, ...phantomGrid({ case: body, size: 16 }), noiseHu: 0, seed: 1 });
      for (const name of paletteOf(made).names) {
        const look = lookOfStructure(name, body);
        expect(look.group, name).not.toBe('other');
        const { group } = made.structures.find((s) => s.name === name) ?? {};
        if (group === 'lesions')
          expect(look, name).toMatchObject({ tissue: 'finding', group: 'findings', visible: true });
        if (group === 'arteries') expect(look.tissue, name).toBe('artery');
        if (group === 'veins') expect(look.tissue, name).toBe('vein');
        if (group === 'muscles') expect(look.visible, name).toBe(false);
      }
    },
  );

  it('keeps the chest as it was: what the other bodies have in common with it may look otherwise', () => {
    expect(lookOfStructure('colon', 'thorax')).toMatchObject({ tissue: 'other', visible: false });
    expect(lookOfStructure('colon', 'abdomen')).toMatchObject({ tissue: 'colon', visible: true });
    expect(lookOfStructure('heart left ventricle', 'thorax')).toMatchObject({ tissue: 'heart', visible: true });
    expect(lookOfStructure('left lateral ventricle', 'head')).toMatchObject({ group: 'nervous' });
  });
});
