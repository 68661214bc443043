import { unzlibSync } from 'fflate';
import type { Warning } from '#core/warnings.ts';
import { Fans, type MeshData, type MeshFile, refuseMesh } from '../mesh/meshData.ts';

/** No array of a mesh unpacks to more than this. */
const LARGEST_ARRAY = 2 ** 31;
const DEFLATE_LIMIT = 1032;

/**
 * VTK's XML polygonal data (.vtp): DataArrays as text, base64, or appended (raw or base64), packed by zlib or not, in either byte order.
 * @throws VesaliusError without the file's name. Source: VTK XML formats, docs.vtk.org
 */
export function readVtkXml(bytes: Uint8Array<ArrayBuffer>): MeshFile {
  const { xml, appended, encoding } = split(bytes);
  const root = attributes(/<VTKFile\b([^>]*)>/.exec(xml)?.[1] ?? '');
  if (root.type !== 'PolyData') throw refuseMesh('VTP', 'VTKFile type', 'PolyData', root.type ?? 'none', 'unsupported');
  const compressor = root.compressor ?? '';
  if (compressor !== '' && compressor !== 'vtkZLibDataCompressor')
    throw refuseMesh('VTP', 'compressor', 'vtkZLibDataCompressor', compressor, 'unsupported');
  const packing: Packing = {
    little: root.byte_order !== 'BigEndian',
    wide: root.header_type === 'UInt64',
    zlib: compressor !== '',
    appended,
    encoding,
  };
  const warnings: Warning[] = [];
  const meshes: MeshData[] = [];
  for (const [, head = '', piece = ''] of xml.matchAll(/<Piece\b([^>]*)>([\s\S]*?)<\/Piece>/g)) {
    const about = attributes(head);
    const points = section(piece, 'Points');
    const [coordinates] = points ? arrays(points) : [];
    if (!coordinates) continue;
    const positions = values(coordinates, packing);
    if (positions.length !== 3 * Number(about.NumberOfPoints ?? positions.length / 3))
      throw refuseMesh('VTP', 'Points', `${about.NumberOfPoints} points`, positions.length / 3, 'truncated');
    const fans = new Fans();
    for (const [name, strip] of [
      ['Polys', false],
      ['Strips', true],
    ] as const) {
      const found = section(piece, name);
      if (found) addCells(found, name, strip, packing, positions.length / 3, fans);
    }
    for (const name of ['Verts', 'Lines'])
      if (Number(about[`NumberOf${name}`] ?? 0) > 0)
        warnings.push({
          code: 'mesh-not-surface',
          where: name,
          kept: 'polygons',
          text: `${about[`NumberOf${name}`]} cells of ${name} are no surface and were left out.`,
        });
    if (fans.length > 0) meshes.push({ name: '', color: null, positions, triangles: fans.done() });
  }
  if (meshes.length === 0) throw refuseMesh('VTP', 'Polys', 'at least one polygon', 'none');
  return { meshes, space: null, unitMm: null, sure: false, warnings };
}

interface Packing {
  readonly little: boolean;
  /** Lengths are of 64 bits. */
  readonly wide: boolean;
  readonly zlib: boolean;
  readonly appended: Uint8Array<ArrayBuffer> | null;
  readonly encoding: string;
}

/** The XML before the appended data, and those. */
function split(bytes: Uint8Array<ArrayBuffer>): {
  xml: string;
  appended: Uint8Array<ArrayBuffer> | null;
  encoding: string;
} {
  const text = new TextDecoder('latin1').decode(bytes);
  const found = /<AppendedData\b([^>]*)>\s*_/.exec(text);
  if (!found) {
    if (!text.includes('</VTKFile>')) throw refuseMesh('VTP', 'VTKFile', 'its end', 'the end of the file', 'truncated');
    return { xml: text, appended: null, encoding: '' };
  }
  return {
    xml: text.slice(0, found.index),
    appended: bytes.subarray(found.index + found[0].length),
    encoding: attributes(found[1] ?? '').encoding ?? 'base64',
  };
}

function attributes(text: string): Record<string, string | undefined> {
  return Object.fromEntries(
    [...text.matchAll(/([A-Za-z_]\w*)\s*=\s*"([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

const section = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}\\b[^>]*>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];

interface ArrayText {
  readonly about: Record<string, string | undefined>;
  readonly inside: string;
}

function arrays(xml: string): ArrayText[] {
  return [...xml.matchAll(/<DataArray\b([^>]*?)(\/>|>([\s\S]*?)<\/DataArray>)/g)].map(
    // What keys a program has added stand behind the values.
    ([, head = '', , inside = '']) => ({ about: attributes(head), inside: inside.replace(/<[\s\S]*$/, '') }),
  );
}

function addCells(xml: string, name: string, strip: boolean, packing: Packing, vertices: number, fans: Fans): void {
  const all = arrays(xml);
  const array = (wanted: string) => {
    const found = all.find(({ about }) => about.Name === wanted);
    return found ? values(found, packing) : new Float64Array(0);
  };
  const [connectivity, offsets] = [array('connectivity'), array('offsets')];
  let from = 0;
  for (let cell = 0; cell < offsets.length; cell++) {
    const to = Number(offsets[cell]);
    if (!(to >= from && to <= connectivity.length))
      throw refuseMesh('VTP', `${name} offsets`, `rising numbers up to ${connectivity.length}`, to);
    const first = from;
    const corner = (n: number) => Number(connectivity[first + n]);
    if (strip) fans.addStrip(corner, to - from, vertices, 'VTP', name);
    else fans.add(corner, to - from, vertices, 'VTP', name);
    from = to;
  }
}

function values({ about, inside }: ArrayText, packing: Packing): Float64Array {
  const type = about.type ?? '';
  if (about.format === 'ascii' || about.format === undefined) {
    const words = inside.trim() === '' ? [] : inside.trim().split(/\s+/);
    const numbers = Float64Array.from(words, Number);
    const bad = numbers.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw refuseMesh('VTP', `DataArray ${about.Name ?? ''}`, 'numbers', words[bad] ?? '');
    return numbers;
  }
  if (about.format === 'binary') return typed(unpacked(new Base64(inside.trim()), packing), type, packing.little);
  if (about.format !== 'appended')
    throw refuseMesh('VTP', 'DataArray format', 'ascii, binary or appended', about.format);
  const offset = Number(about.offset ?? 'none');
  const { appended, encoding } = packing;
  if (!appended || !Number.isSafeInteger(offset) || offset < 0 || offset > appended.length)
    throw refuseMesh(
      'VTP',
      'DataArray offset',
      `at most ${appended?.length ?? 0}`,
      about.offset ?? 'none',
      'truncated',
    );
  const rest = appended.subarray(offset);
  return typed(
    unpacked(encoding === 'raw' ? new Raw(rest) : new Base64(new TextDecoder('latin1').decode(rest)), packing),
    type,
    packing.little,
  );
}

/** Bytes one after the other; base64 begins anew after a header, as VTK writes it. */
interface Bytes {
  take(count: number): Uint8Array<ArrayBuffer>;
  /** What was taken so far is one base64 text. */
  rejoin(): void;
}

class Raw implements Bytes {
  #at = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }
  take(count: number): Uint8Array<ArrayBuffer> {
    if (this.#at + count > this.#bytes.length)
      throw refuseMesh('VTP', 'DataArray', `${count} bytes`, this.#bytes.length - this.#at, 'truncated');
    this.#at += count;
    return this.#bytes.slice(this.#at - count, this.#at);
  }
  rejoin(): void {}
}

class Base64 implements Bytes {
  /** Characters used up by finished texts, and bytes taken from the present one. */
  #from = 0;
  #taken = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  take(count: number): Uint8Array<ArrayBuffer> {
    const whole = 4 * Math.ceil((this.#taken + count) / 3);
    const bytes = decoded(this.#text.slice(this.#from, this.#from + whole));
    if (bytes.length < this.#taken + count)
      throw refuseMesh('VTP', 'DataArray', `${count} bytes`, Math.max(0, bytes.length - this.#taken), 'truncated');
    this.#taken += count;
    return bytes.slice(this.#taken - count, this.#taken);
  }
  rejoin(): void {
    this.#from += 4 * Math.ceil(this.#taken / 3);
    this.#taken = 0;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIX_BITS = new Int8Array(128).fill(-1);
for (let n = 0; n < 64; n++) SIX_BITS[ALPHABET.charCodeAt(n)] = n;

function decoded(text: string): Uint8Array<ArrayBuffer> {
  const end = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array(Math.floor((3 * text.length) / 4) - end);
  for (let n = 0, at = 0; n < text.length; n += 4) {
    let word = 0;
    for (let c = 0; c < 4; c++) {
      const code = text.charCodeAt(n + c);
      const six = code === 61 ? 0 : (SIX_BITS[code] ?? -1);
      if (six < 0) throw refuseMesh('VTP', 'DataArray', 'base64', text.slice(n, n + 4));
      word = (word << 6) | six;
    }
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = (word >> shift) & 255;
  }
  return bytes;
}

/** An array's bytes: a length and the data; or, packed, number of blocks, their size, the last one's, packed sizes, blocks. */
function unpacked(source: Bytes, { little, wide, zlib }: Packing): Uint8Array<ArrayBuffer> {
  const size = wide ? 8 : 4;
  const number = () => {
    const view = new DataView(source.take(size).buffer);
    return wide ? Number(view.getBigUint64(0, little)) : view.getUint32(0, little);
  };
  if (!zlib) {
    const length = number();
    if (length > LARGEST_ARRAY)
      throw refuseMesh('VTP', 'DataArray', `at most ${LARGEST_ARRAY} bytes`, length, 'too-large');
    // Length and data are one text where nothing is packed.
    return source.take(length);
  }
  const [blocks, whole, last] = [number(), number(), number()];
  if (blocks === 0) return new Uint8Array(0);
  const total = (blocks - (last > 0 ? 1 : 0)) * whole + last;
  if (!(blocks <= 1 << 20 && total <= LARGEST_ARRAY))
    throw refuseMesh('VTP', 'DataArray', `at most ${LARGEST_ARRAY} bytes`, total, 'too-large');
  const packedSizes = Array.from({ length: blocks }, number);
  source.rejoin();
  const packed = packedSizes.reduce((sum, each) => sum + each, 0);
  if (total > packed * DEFLATE_LIMIT)
    throw refuseMesh('VTP', 'DataArray', `at most ${packed * DEFLATE_LIMIT} bytes`, total);
  const result = new Uint8Array(total);
  let at = 0;
  for (const [n, length] of packedSizes.entries()) {
    const expected = n === blocks - 1 && last > 0 ? last : whole;
    const block = source.take(length);
    let bytes: Uint8Array;
    try {
      bytes = unzlibSync(block, { out: new Uint8Array(expected) });
    } catch (thrown) {
      throw refuseMesh(
        'VTP',
        'DataArray',
        'whole zlib blocks',
        thrown instanceof Error ? thrown.message : String(thrown),
      );
    }
    if (bytes.length !== expected) throw refuseMesh('VTP', 'DataArray', `a block of ${expected} bytes`, bytes.length);
    result.set(bytes, at);
    at += expected;
  }
  return result;
}

function typed(bytes: Uint8Array<ArrayBuffer>, type: string, little: boolean): Float64Array {
  const size = Number(/(\d+)$/.exec(type)?.[1] ?? 0) / 8;
  const read = readers[type];
  if (!read || !(size >= 1))
    throw refuseMesh('VTP', 'DataArray type', 'Int8 to Float64', type || 'none', 'unsupported');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result = new Float64Array(Math.floor(bytes.length / size));
  for (let n = 0; n < result.length; n++) result[n] = read(view, n * size, little);
  return result;
}

const readers: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  Int8: (view, at) => view.getInt8(at),
  UInt8: (view, at) => view.getUint8(at),
  Int16: (view, at, little) => view.getInt16(at, little),
  UInt16: (view, at, little) => view.getUint16(at, little),
  Int32: (view, at, little) => view.getInt32(at, little),
  UInt32: (view, at, little) => view.getUint32(at, little),
  Int64: (view, at, little) => Number(view.getBigInt64(at, little)),
  UInt64: (view, at, little) => Number(view.getBigUint64(at, little)),
  Float32: (view, at, little) => view.getFloat32(at, little),
  Float64: (view, at, little) => view.getFloat64(at, little),
};
