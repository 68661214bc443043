// Numbers as people read them: digits of the language, U+2212 for minus, U+202F between a number and its unit.
import { language } from './t.ts';

const THIN_SPACE = '\u202f';
const NO_BREAK = '\u00a0';
const MINUS = '\u2212';
const PLUS_MINUS = '±';

/** A number and its unit apart, so that the unit can be drawn quietly. */
export interface Quantity {
  /** '≥ ' where the number is a lower limit, else ''. */
  readonly limit: string;
  readonly value: string;
  /** Without its sign; '' where no doubt is known or told. */
  readonly doubt: string;
  readonly unit: string;
}

function locale(): string {
  const now = language();
  // Latin has no numbers of its own in Intl; the pseudo languages are English drawn long.
  return now.startsWith('pseudo') || now === 'la' ? 'en' : now;
}

const makers = new Map<string, Intl.NumberFormat>();
function maker(digits: number): Intl.NumberFormat {
  const key = `${locale()} ${digits}`;
  let made = makers.get(key);
  if (!made) {
    made = new Intl.NumberFormat(locale(), {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      numberingSystem: 'latn',
    });
    makers.set(key, made);
  }
  return made;
}

/** `digits` after the decimal mark; a minus is U+2212, and what rounds to zero has none. */
export function formatNumber(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = Number(value.toFixed(Math.min(20, digits)));
  return maker(digits)
    .format(rounded === 0 ? 0 : rounded)
    .replace('-', MINUS);
}

/** The quantity as one run of text: '≥ 1,126 ± 63 ml'. A degree sign follows its number at once. */
export function quantityText({ limit, value, doubt, unit }: Quantity): string {
  const number = `${limit}${value}${doubt && `${THIN_SPACE}${PLUS_MINUS}${THIN_SPACE}${doubt}`}`;
  return unit === '' ? number : unit === '°' ? `${number}°` : `${number}${THIN_SPACE}${unit}`;
}

const plain = (value: string, unit: string, limit = ''): Quantity => ({ limit, value, doubt: '', unit });

/** One decimal below 100 ml, none above, litres from 10,000 ml. `cut`: the scan's edge cuts it, so it is a lower limit. */
export function volumeQuantity(ml: number, cut = false): Quantity {
  const limit = cut ? `≥${THIN_SPACE}` : '';
  if (ml >= 10_000) return plain(formatNumber(ml / 1000, 1), 'l', limit);
  // 99.96 would be written 100.0: what rounds to 100 has no decimal.
  return plain(formatNumber(ml, ml < 99.95 ? 1 : 0), 'ml', limit);
}

export const formatMl = (ml: number, cut = false): string => quantityText(volumeQuantity(ml, cut));
export const formatMm = (mm: number, digits = 1): string => quantityText(plain(formatNumber(mm, digits), 'mm'));
/** Values of the scan are whole in HU; other units keep three significant digits below 100. */
export const formatValue = (value: number, unit: string): string =>
  quantityText(
    plain(formatNumber(value, unit === 'HU' || Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2), unit),
  );
export const formatHu = (value: number): string => formatValue(value, 'HU');
/** @param share 0 to 1 */
export const formatPercent = (share: number): string => quantityText(plain(formatNumber(100 * share), '%'));
export const formatSeconds = (seconds: number): string => quantityText(plain(formatNumber(seconds, 1), 's'));
export const formatMs = (ms: number): string => quantityText(plain(formatNumber(ms), 'ms'));
/** Size in the room to size of the patient: '1 : 2', '3 : 1'. */
export function formatRatio(scale: number): string {
  const larger = scale >= 1;
  const other = larger ? scale : 1 / scale;
  const number = formatNumber(other, Math.abs(other - Math.round(other)) < 0.05 ? 0 : 1);
  const [first, second] = larger ? [number, '1'] : ['1', number];
  return `${first}${THIN_SPACE}:${THIN_SPACE}${second}`;
}

/**
 * A measured value and its doubt, ending at the same digit: the doubt has one digit, two where it begins with 1, and is
 * never written finer than a tenth of a millimetre needs.
 */
export function measuredQuantity(value: number, uncertainty: number | null, unit: string): Quantity {
  if (uncertainty === null || !(uncertainty > 0)) return plain(formatNumber(value, 1), unit);
  let place = Math.floor(Math.log10(uncertainty));
  const lead = uncertainty / 10 ** place;
  // From 9.5 it rounds to 10, which begins with 1 and so has its second digit at this very place.
  if (lead < 1.95) place -= 1;
  const digits = Math.max(0, -place);
  const step = 10 ** place;
  const rounded = (number: number) => (place > 0 ? Math.round(number / step) * step : number);
  return {
    limit: '',
    value: formatNumber(rounded(value), digits),
    doubt: formatNumber(rounded(uncertainty), digits),
    unit,
  };
}

/** A place by letters, not signs: ['R 24.1', 'A 152.6', 'S 345.8'], RAS mm. */
export function placeWords([right, anterior, superior]: readonly [number, number, number]): [string, string, string] {
  const word = (value: number, plus: string, minus: string) =>
    `${value >= 0 ? plus : minus}${NO_BREAK}${formatNumber(Math.abs(value), 1)}`;
  return [word(right, 'R', 'L'), word(anterior, 'A', 'P'), word(superior, 'S', 'I')];
}

/** What a person typed as a number in their language; null where it is none. */
export function parseNumber(text: string): number | null {
  const decimal = maker(1).format(1.1).charAt(1);
  const group = maker(0).format(11111).replace(/\d/g, '').charAt(0);
  const plainText = text
    .trim()
    .replaceAll(MINUS, '-')
    .replaceAll(/[\s\u202f\u00a0]/g, '')
    .replaceAll(group || '\u0000', '')
    .replace(decimal, '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plainText) ? Number(plainText) : null;
}

/** Whole megabytes; gigabytes with one decimal from 1,000 MB. What is there is never 0. */
export function formatMegabytes(bytes: number): string {
  const megabytes = bytes / 1e6;
  return megabytes < 1000
    ? quantityText(plain(formatNumber(Math.max(1, megabytes)), 'MB'))
    : quantityText(plain(formatNumber(megabytes / 1000, 1), 'GB'));
}

/** Day and minute, as the language writes them. */
export function formatDay(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short', numberingSystem: 'latn' }).format(
    ms,
  );
}
