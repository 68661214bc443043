import { hexOf } from './cielab.ts';
import type { SegmentCode } from './segmentSet.ts';

/** What a table says of one value. */
export interface LabelName {
  readonly name: string;
  readonly color: `#${string}` | null;
  readonly code: SegmentCode | null;
}
export type LabelNames = ReadonlyMap<number, LabelName>;

/** A table is text of at most this many bytes. */
export const LARGEST_TABLE = 1 << 22;
const MOST_NAMES = 65_536;

/**
 * Names and colours of values, from any of the tables that go about with label maps; null where the bytes are none of them:
 * FreeSurfer's LUT and Slicer's .ctbl (`id name r g b a`), ITK-SNAP's label file (`id r g b a vis mesh "name"`), `id name …` lines
 * (AAL), CSV or TSV with a heading (BIDS, Slicer), dcmqi's JSON (`segmentAttributes`), nnU-Net's dataset.json (`labels`), JSON of values and
 * names either way round, an XML LabelTable (GIFTI, Caret), MRIcron's .lut of 768 bytes (colours alone).
 */
export function parseNames(bytes: Uint8Array, file: string): LabelNames | null {
  if (bytes.length === 768 && /\.lut$/i.test(file)) return planesOfColor(bytes);
  if (bytes.length > LARGEST_TABLE || bytes.subarray(0, 4096).includes(0)) return null;
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, '');
  const found = /^\s*[[{]/.test(text) ? fromJson(text) : /<Label\b/.test(text) ? labelTable(text) : fromLines(text);
  return found && found.size > 0 ? found : null;
}

/** The XML that GIFTI, CIFTI and Caret extensions hold: `<Label Key="5" Red="0" …>name</Label>`, channels from 0 to 1. */
export function labelTable(xml: string): LabelNames | null {
  const names = new Map<number, LabelName>();
  for (const [, attributes = '', inside = ''] of xml.matchAll(/<Label\b([^>]*)>([\s\S]*?)<\/Label>/g)) {
    const attribute = (name: string) => new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1];
    const value = Number(attribute('Key') ?? attribute('Index') ?? 'none');
    if (!isValue(value)) continue;
    const name = inside.replace(/^\s*<!\[CDATA\[([\s\S]*?)\]\]>\s*$/, '$1').trim();
    const channels = ['Red', 'Green', 'Blue'].map((channel) => Number(attribute(channel) ?? 'none'));
    put(names, value, name, channels.every((c) => c >= 0 && c <= 1) ? hexOf(channels.map((c) => 255 * c)) : null);
  }
  return names.size > 0 ? names : null;
}

const isValue = (value: number) => Number.isInteger(value) && value >= 0 && value <= 65535;

function put(
  names: Map<number, LabelName>,
  value: number,
  name: string,
  color: `#${string}` | null,
  code: SegmentCode | null = null,
): void {
  if (names.size < MOST_NAMES && !names.has(value)) names.set(value, { name: name.slice(0, 200), color, code });
}

function planesOfColor(bytes: Uint8Array): LabelNames {
  return new Map(
    Array.from(
      { length: 256 },
      (_, value) =>
        [
          value,
          { name: '', color: hexOf([bytes[value], bytes[256 + value], bytes[512 + value]] as number[]), code: null },
        ] as const,
    ),
  );
}

const SNAP = /^(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+([\d.]+)\s+([01])\s+([01])\s+"(.*)"$/;
const LUT = /^(\d+)\s+(.+?)\s+(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+(\d{1,3}))?$/;
/** A last number of four digits or more is a code (AAL), not part of the name. */
const LIST = /^(\d+)[\s:=,;]+(\S.*?)(?:\s+\d{4,})?$/;

function fromLines(text: string): LabelNames | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const rows = lines.filter((line) => line !== '' && !/^(#|\/\/|%)/.test(line));
  const [first] = rows;
  if (first === undefined) return null;
  const comma = /[,\t]/.exec(first)?.[0];
  if (comma && /\b(name|label|structure)/i.test(first) && !/^\d/.test(first)) return fromTable(rows, comma);
  const names = new Map<number, LabelName>();
  for (const row of rows) {
    const snap = SNAP.exec(row);
    if (snap) {
      put(names, Number(snap[1]), snap[8] as string, hexOf([snap[2], snap[3], snap[4]].map(Number)));
      continue;
    }
    const lut = LUT.exec(row);
    if (lut) {
      put(names, Number(lut[1]), (lut[2] as string).replaceAll('_', ' '), hexOf([lut[3], lut[4], lut[5]].map(Number)));
      continue;
    }
    const plain = LIST.exec(row);
    // One line that is none of these, and it is another kind of text.
    if (!plain) return null;
    put(names, Number(plain[1]), (plain[2] as string).replaceAll('_', ' '), null);
  }
  return names;
}

function fromTable(rows: readonly string[], separator: string): LabelNames | null {
  const cells = (row: string) => row.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const heading = cells(rows[0] as string).map((cell) => cell.toLowerCase().replaceAll(/[^a-z]/g, ''));
  const column = (...known: string[]) => heading.findIndex((cell) => known.includes(cell));
  const [value, name] = [
    column('index', 'id', 'value', 'labelvalue', 'labelid', 'key', 'no', 'number'),
    column('name', 'label', 'labelname', 'structure', 'structurename', 'roi'),
  ];
  if (value < 0 || name < 0) return null;
  const channels = [column('r', 'red', 'colorr'), column('g', 'green', 'colorg'), column('b', 'blue', 'colorb')];
  const color = column('color', 'colour', 'hex');
  const names = new Map<number, LabelName>();
  for (const row of rows.slice(1)) {
    const cell = cells(row);
    const number = Number(cell[value] || 'none');
    if (!isValue(number)) return null;
    const rgb = channels.every((n) => n >= 0) ? channels.map((n) => Number(cell[n])) : [];
    // Channels from 0 to 1 are written with a point.
    const unit = rgb.every((c) => c <= 1) && channels.some((n) => (cell[n] ?? '').includes('.'));
    const hex =
      color >= 0 && /^#?[0-9a-f]{6}$/i.test(cell[color] ?? '')
        ? (`#${(cell[color] as string).replace('#', '').toLowerCase()}` as const)
        : null;
    put(
      names,
      number,
      cell[name] ?? '',
      rgb.length === 3 && rgb.every(Number.isFinite) ? hexOf(unit ? rgb.map((c) => 255 * c) : rgb) : hex,
    );
  }
  return names;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function fromJson(text: string): LabelNames | null {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  const names = new Map<number, LabelName>();
  const entry = (item: Json, key?: number) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return;
    const field = (...known: string[]): Json =>
      known.map((name) => (item as { [key: string]: Json })[name]).find((found) => found !== undefined) ?? null;
    const value = Number(field('labelID', 'value', 'id', 'index', 'label_id', 'labelValue') ?? key ?? 'none');
    const code = codeIn(field('SegmentedPropertyTypeCodeSequence', 'code'));
    const name = field('SegmentLabel', 'name', 'label', 'SegmentDescription') ?? code?.meaning;
    if (isValue(value) && typeof name === 'string')
      put(names, value, name, colorIn(field('recommendedDisplayRGBValue', 'color', 'colour', 'rgb')), code);
  };
  if (Array.isArray(json))
    for (const [n, item] of json.entries()) typeof item === 'string' ? put(names, n, item, null) : entry(item);
  else if (json !== null && typeof json === 'object') {
    const object = json as { readonly [key: string]: Json };
    const attributes = object.segmentAttributes;
    if (Array.isArray(attributes)) for (const item of attributes.flat(1) as Json[]) entry(item);
    else pairs(object.labels ?? object.segments ?? object, names, entry);
  }
  return names;
}

/** `{"1": "liver"}`, `{"liver": 1}`, `{"1": {"name": …}}`, or a list of items. */
function pairs(json: Json, names: Map<number, LabelName>, entry: (item: Json, key?: number) => void): void {
  if (Array.isArray(json)) for (const item of json) entry(item);
  else if (json !== null && typeof json === 'object')
    for (const [key, item] of Object.entries(json)) {
      const number = Number(key || 'none');
      if (typeof item === 'string' && isValue(number)) put(names, number, item, null);
      else if (typeof item === 'string' && isValue(Number(item || 'none'))) put(names, Number(item), key, null);
      else if (typeof item === 'number' && isValue(item)) put(names, item, key, null);
      else entry(item, number);
    }
}

function codeIn(json: Json): SegmentCode | null {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return null;
  const field = (name: string) => {
    const found = (json as { [key: string]: Json })[name];
    return typeof found === 'string' ? found : '';
  };
  const [scheme, value] = [field('CodingSchemeDesignator') || field('scheme'), field('CodeValue') || field('value')];
  return scheme && value
    ? {
        scheme: scheme.slice(0, 16),
        value: value.slice(0, 64),
        meaning: (field('CodeMeaning') || field('meaning')).slice(0, 200),
      }
    : null;
}

function colorIn(json: Json): `#${string}` | null {
  if (typeof json === 'string' && /^#[0-9a-f]{6}$/i.test(json)) return json.toLowerCase() as `#${string}`;
  return Array.isArray(json) && json.length >= 3 && json.slice(0, 3).every((c) => typeof c === 'number')
    ? hexOf(json as unknown as number[])
    : null;
}
