import { afterEach, describe, expect, it } from 'vitest';
import {
  formatHu,
  formatMl,
  formatMm,
  formatMs,
  formatNumber,
  formatPercent,
  formatRatio,
  formatSeconds,
  measuredQuantity,
  parseNumber,
  placeWords,
  quantityText,
} from '#i18n/format.ts';
import { setLanguage } from '#i18n/t.ts';

const S = '\u202f';

afterEach(() => setLanguage('en'));

describe('numbers', () => {
  it('a minus is U+2212, what rounds to nothing has none', () => {
    expect(formatNumber(-1024)).toBe('−1,024');
    expect(formatNumber(-0.04, 1)).toBe('0.0');
    expect(formatNumber(Number.NaN)).toBe('–');
  });

  it('volumes: one decimal below 100 ml, none above, litres from 10,000', () => {
    expect(formatMl(49.74)).toBe(`49.7${S}ml`);
    expect(formatMl(99.94)).toBe(`99.9${S}ml`);
    expect(formatMl(99.96)).toBe(`100${S}ml`);
    expect(formatMl(1125.7)).toBe(`1,126${S}ml`);
    expect(formatMl(24_040)).toBe(`24.0${S}l`);
    expect(formatMl(1126, true)).toBe(`≥${S}1,126${S}ml`);
  });

  it('lengths, HU, percent, seconds, milliseconds', () => {
    expect(formatMm(23.44)).toBe(`23.4${S}mm`);
    expect(formatHu(-987.4)).toBe(`−987${S}HU`);
    expect(formatPercent(0.926)).toBe(`93${S}%`);
    expect(formatSeconds(3.14)).toBe(`3.1${S}s`);
    expect(formatMs(37.6)).toBe(`38${S}ms`);
  });

  it('a ratio is always written', () => {
    expect(formatRatio(1)).toBe(`1${S}:${S}1`);
    expect(formatRatio(0.5)).toBe(`1${S}:${S}2`);
    expect(formatRatio(2)).toBe(`2${S}:${S}1`);
    expect(formatRatio(0.4)).toBe(`1${S}:${S}2.5`);
  });

  it('places have letters, not signs', () => {
    expect(placeWords([24.06, -152.6, 345.84])).toEqual([`R\u00a024.1`, `P\u00a0152.6`, `S\u00a0345.8`]);
    expect(placeWords([-24.06, 0, -1])).toEqual([`L\u00a024.1`, `A\u00a00.0`, `I\u00a01.0`]);
  });

  it('value and doubt end at the same digit, the doubt has one digit, two where it begins with 1', () => {
    const text = (value: number, doubt: number | null, unit = 'mm') =>
      quantityText(measuredQuantity(value, doubt, unit));
    expect(text(120.3, 2.1)).toBe(`120${S}±${S}2${S}mm`);
    expect(text(23.41, 0.71)).toBe(`23.4${S}±${S}0.7${S}mm`);
    expect(text(23.41, 0.1414)).toBe(`23.41${S}±${S}0.14${S}mm`);
    expect(text(84.2, 1.36)).toBe(`84.2${S}±${S}1.4${S}mm`);
    expect(text(84.2, 0.97)).toBe(`84.2${S}±${S}1.0${S}mm`);
    expect(text(1126, 63)).toBe(`1,130${S}±${S}60${S}mm`);
    expect(text(50.4, 5.2, '°')).toBe(`50${S}±${S}5°`);
    expect(text(12.34, null)).toBe(`12.3${S}mm`);
  });

  it('reads what people type', () => {
    expect(parseNumber('3,071')).toBe(3071);
    expect(parseNumber('−1 024.5')).toBe(-1024.5);
    expect(parseNumber('ten')).toBeNull();
    expect(parseNumber('')).toBeNull();
  });

  it('groups and decimals follow the language, digits stay Western', () => {
    setLanguage('de');
    expect(formatMl(1125.7)).toBe(`1.126${S}ml`);
    expect(formatMm(23.4)).toBe(`23,4${S}mm`);
    expect(parseNumber('1.126,5')).toBe(1126.5);
    setLanguage('ar');
    expect(formatNumber(1234)).toMatch(/^[\d,.٬]+$/);
  });
});
