// Writes small DICOM files for tests: any elements, in any of the uncompressed transfer syntaxes or encapsulated.
import { deflateSync } from 'fflate';
import { finishAsync } from '#core/steps.ts';
import type { Volume } from '#core/volume/volume.ts';
import { type DicomSeries, listDicomSeries } from '#io/dicom/listSeries.ts';
import { readDicomSeries } from '#io/dicom/readSeries.ts';
import { DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from '#io/dicom/transferSyntax.ts';
import { type ByteSource, openSource } from '#io/source.ts';

/** Text for text, numbers for US / SS / UL, bytes as they are, lists of data sets for SQ, fragments for encapsulated pixels. */
export type Value =
  | string
  | readonly number[]
  | Uint8Array
  | { readonly items: readonly DataSet[] }
  | { readonly fragments: readonly Uint8Array[] };
/** Keyed by tag as dicom-parser writes it: x00280010. */
export type DataSet = Readonly<Record<string, readonly [vr: string, value: Value]>>;

const LONG = ['OB', 'OW', 'OF', 'OD', 'OV', 'SQ', 'UN', 'UT'];

export function dicomFile(
  dataSet: DataSet,
  { syntax = EXPLICIT_LITTLE, preamble = true } = {},
): Uint8Array<ArrayBuffer> {
  const big = syntax === EXPLICIT_BIG;
  let body = encode(dataSet, syntax !== IMPLICIT_LITTLE, big);
  if (syntax === DEFLATED) body = deflateSync(body);
  if (!preamble) return joined([body]);
  const meta = encode({ x00020010: ['UI', syntax] }, true, false);
  const length = encode({ x00020000: ['UL', [meta.length]] }, true, false);
  return joined([new Uint8Array(128), new TextEncoder().encode('DICM'), length, meta, body]);
}

function encode(dataSet: DataSet, explicit: boolean, big: boolean): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const key of Object.keys(dataSet).toSorted()) {
    const tag = Number.parseInt(key.slice(1), 16);
    const [vr, value] = dataSet[key] as readonly [string, Value];
    const bytes = valueBytes(vr, value, explicit, big);
    const undefinedLength = typeof value === 'object' && 'fragments' in value;
    const length = undefinedLength ? 0xffffffff : bytes.length;
    const head = new DataView(new ArrayBuffer(12));
    head.setUint16(0, Math.floor(tag / 65536), !big);
    head.setUint16(2, tag % 65536, !big);
    let size = 8;
    if (!explicit) head.setUint32(4, length, true);
    else {
      head.setUint8(4, vr.charCodeAt(0));
      head.setUint8(5, vr.charCodeAt(1));
      if (LONG.includes(vr)) {
        head.setUint32(8, length, !big);
        size = 12;
      } else head.setUint16(6, length, !big);
    }
    parts.push(new Uint8Array(head.buffer, 0, size), bytes);
  }
  return joined(parts);
}

function valueBytes(vr: string, value: Value, explicit: boolean, big: boolean): Uint8Array {
  if (typeof value === 'string') {
    const text = new TextEncoder().encode(value);
    return text.length % 2 === 0 ? text : joined([text, new Uint8Array([vr === 'UI' ? 0 : 32])]);
  }
  if (value instanceof Uint8Array) return value.length % 2 === 0 ? value : joined([value, new Uint8Array(1)]);
  if ('items' in value) return joined(value.items.map((set) => item(encode(set, explicit, big), big)));
  if ('fragments' in value)
    return joined([
      ...value.fragments.map((f) => item(f, false)),
      new Uint8Array([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
    ]);
  const size = vr === 'UL' ? 4 : vr === 'FD' ? 8 : 2;
  const view = new DataView(new ArrayBuffer(value.length * size));
  value.forEach((number, n) => {
    if (vr === 'FD') view.setFloat64(n * 8, number, !big);
    else if (size === 4) view.setUint32(n * 4, number, !big);
    else view.setUint16(n * 2, number & 0xffff, !big);
  });
  return new Uint8Array(view.buffer);
}

function item(bytes: Uint8Array, big: boolean): Uint8Array {
  const even = bytes.length % 2 === 0 ? bytes : joined([bytes, new Uint8Array(1)]);
  const head = new DataView(new ArrayBuffer(8));
  head.setUint16(0, 0xfffe, !big);
  head.setUint16(2, 0xe000, !big);
  head.setUint32(4, even.length, !big);
  return joined([new Uint8Array(head.buffer), even]);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface SliceSpec {
  readonly position: readonly [number, number, number];
  readonly orientation?: readonly number[];
  readonly instance?: number;
  readonly values?: ArrayLike<number>;
  readonly extra?: DataSet;
}

export const ROWS = 3;
export const COLUMNS = 4;

/** A CT slice of 4 × 3 pixels, 0.5 mm between columns and 0.75 mm between rows, values 100·instance + n unless given. */
export function ctSlice({
  position,
  orientation = [1, 0, 0, 0, 1, 0],
  instance = 1,
  values,
  extra = {},
}: SliceSpec): DataSet {
  const pixels = values ?? Array.from({ length: ROWS * COLUMNS }, (_, n) => 100 * instance + n);
  return {
    x00080008: ['CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
    x00080016: ['UI', '1.2.840.10008.5.1.4.1.1.2'],
    x00080018: ['UI', `1.2.3.${instance}.${position.map((p) => Math.round(Math.abs(p) * 1000)).join('.')}`],
    x00080060: ['CS', 'CT'],
    x0008103e: ['LO', 'Test'],
    x00100010: ['PN', 'Secret^Patient'],
    x00180050: ['DS', '2'],
    x0020000d: ['UI', '1.2.3'],
    x0020000e: ['UI', '1.2.3.4'],
    x00200011: ['IS', '7'],
    x00200013: ['IS', String(instance)],
    x00200032: ['DS', position.join('\\')],
    x00200037: ['DS', orientation.join('\\')],
    x00280002: ['US', [1]],
    x00280004: ['CS', 'MONOCHROME2'],
    x00280010: ['US', [ROWS]],
    x00280011: ['US', [COLUMNS]],
    x00280030: ['DS', '0.75\\0.5'],
    x00280100: ['US', [16]],
    x00280101: ['US', [16]],
    x00280102: ['US', [15]],
    x00280103: ['US', [1]],
    x00281052: ['DS', '-1024'],
    x00281053: ['DS', '1'],
    x7fe00010: ['OW', Array.from(pixels)],
    ...extra,
  };
}

/** As a browser hands it over. */
export function source(bytes: Uint8Array<ArrayBuffer>, name: string): ByteSource {
  return openSource({ kind: 'file', file: new File([bytes], name), path: name });
}

export function sources(sets: readonly DataSet[], options?: { syntax?: string; preamble?: boolean }): ByteSource[] {
  return sets.map((set, n) => source(dicomFile(set, options), `${n + 1}.dcm`));
}

export const list = (files: readonly ByteSource[]): Promise<DicomSeries[]> => finishAsync(listDicomSeries(files));

/** Through a structured clone, as a series crosses a worker's border. */
export const read = (series: DicomSeries): Promise<Volume> =>
  finishAsync(readDicomSeries(structuredClone(series), { shared: true }));

export async function readOnly(files: readonly ByteSource[]): Promise<Volume> {
  const [series, ...more] = await list(files);
  if (!series || more.length > 0) throw new Error(`${more.length + 1} series`);
  return read(series);
}
