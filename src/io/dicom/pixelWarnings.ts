import type { Warning } from '#core/warnings.ts';
import { colourWarning } from '#io/colour.ts';
import type { UnreadElement } from './imagePixels.ts';
import type { PlannedSlice } from './series.ts';

export function colourWarnings(slices: readonly PlannedSlice[]): Warning[] {
  const colours = slices.filter(({ pixels }) => pixels.colour !== null);
  if (colours.length === 0) return [];
  const warnings = [colourWarning('PhotometricInterpretation', 'rgb24')];
  const wide = colours.find(({ pixels }) => pixels.colour?.space !== 'palette' && pixels.bitsStored > 8);
  if (wide)
    warnings.push({
      code: 'colour-narrowed',
      where: 'BitsStored',
      kept: 'the upper 8 bits of each colour',
      text: `Red, green and blue are stored with ${wide.pixels.bitsStored} bits each; the upper 8 are kept.`,
    });
  return warnings;
}

const UNREAD: Readonly<Record<UnreadElement['code'], Pick<Warning, 'kept' | 'text'>>> = {
  'overlay-not-shown': {
    kept: 'the picture without it',
    text: 'The file holds drawings to be laid over the picture (overlay planes); they are not shown.',
  },
  'modality-lut-not-applied': {
    kept: 'the values as stored',
    text: 'The file gives its units by a table (Modality LUT) that is not applied: values are as stored, in no unit.',
  },
  'palette-not-applied': {
    kept: 'the values in grey',
    text: 'The file holds a table of colours for some of its values; they are shown in grey.',
  },
};

/** What a file holds besides its pixels and is not applied, each said once. */
export function unreadWarnings(slices: readonly PlannedSlice[]): Warning[] {
  const found = new Map<string, UnreadElement>();
  for (const { pixels } of slices) for (const element of pixels.unread) found.set(element.code, element);
  return Array.from(found.values(), ({ code, where }) => ({ code, where, ...UNREAD[code] }));
}
