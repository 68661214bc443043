import { latin1 } from '../format.ts';
import { Fans, type MeshData, type MeshFile, refuseMesh, spaceIn } from '../mesh/meshData.ts';
import { own } from '../obj/read.ts';

type Scalar = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'f32' | 'f64';
const scalars: Readonly<Record<string, Scalar>> = {
  char: 'i8',
  int8: 'i8',
  uchar: 'u8',
  uint8: 'u8',
  short: 'i16',
  int16: 'i16',
  ushort: 'u16',
  uint16: 'u16',
  int: 'i32',
  int32: 'i32',
  uint: 'u32',
  uint32: 'u32',
  float: 'f32',
  float32: 'f32',
  double: 'f64',
  float64: 'f64',
};
const sizes: Readonly<Record<Scalar, number>> = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, f32: 4, f64: 8 };

interface Property {
  readonly name: string;
  readonly type: Scalar;
  /** Of a list: the type of its length. */
  readonly count: Scalar | null;
}
interface Element {
  readonly name: string;
  readonly count: number;
  readonly properties: Property[];
}

/**
 * A PLY, text or binary in either byte order: `vertex` with x, y, z, `face` with a list of vertices. A face property `segment` with
 * `obj_info segment 3 liver` lines, as this program writes them, tells several meshes apart.
 * @throws VesaliusError without the file's name
 */
export function readPly(bytes: Uint8Array<ArrayBuffer>): MeshFile {
  const { elements, format, comment, names, start } = parseHeader(bytes);
  const next =
    format === 'ascii' ? textReader(bytes, start) : binaryReader(bytes, start, format === 'binary_little_endian');
  let positions = new Float64Array(0);
  const fans = new Map<number, Fans>();
  for (const element of elements) {
    const at = (...known: string[]) => element.properties.findIndex(({ name }) => known.includes(name));
    const least = element.properties.reduce(
      (sum, { type, count }) => sum + (format === 'ascii' ? 2 : sizes[count ?? type]),
      0,
    );
    if (
      element.count > 0 &&
      element.properties.length > 0 &&
      element.count * Math.max(1, least) > bytes.length - start + 1
    )
      throw refuseMesh(
        'PLY',
        `element ${element.name}`,
        `at least ${element.count * least} bytes for ${element.count}`,
        bytes.length - start,
        'truncated',
      );
    const [x, y, z] = [at('x'), at('y'), at('z')];
    const isVertex = element.name === 'vertex';
    if (isVertex) {
      if (x < 0 || y < 0 || z < 0)
        throw refuseMesh(
          'PLY',
          'property',
          'x, y and z of element vertex',
          element.properties.map(({ name }) => name).join(' '),
        );
      positions = new Float64Array(3 * element.count);
    }
    const [list, segment] = [
      element.name === 'face' ? at('vertex_indices', 'vertex_index') : -1,
      element.name === 'face' ? at('segment') : -1,
    ];
    if (element.name === 'face' && list < 0)
      throw refuseMesh('PLY', 'property', 'a list vertex_indices of element face', 'none');
    for (let n = 0; n < element.count; n++) {
      let corners: number[] = [];
      let part = 0;
      for (let p = 0; p < element.properties.length; p++) {
        const { type, count } = element.properties[p] as Property;
        const length = count ? next(count) : 1;
        if (!(length >= 0 && length <= 1 << 16))
          throw refuseMesh('PLY', `element ${element.name}`, 'lists of at most 65536', length);
        const values: number[] = [];
        for (let m = 0; m < length; m++) {
          const value = next(type);
          if (count) values.push(value);
          else if (isVertex && (p === x || p === y || p === z))
            positions[3 * n + (p === x ? 0 : p === y ? 1 : 2)] = value;
          else if (p === segment) part = value;
        }
        if (p === list) corners = values;
      }
      if (list < 0) continue;
      let own = fans.get(part);
      if (!own) {
        own = new Fans();
        fans.set(part, own);
      }
      own.add((m) => corners[m] as number, corners.length, positions.length / 3, 'PLY', 'vertex_indices');
    }
  }
  const meshes = [...fans]
    .filter(([, { length }]) => length > 0)
    .map(([part, each]): MeshData => own(names.get(part) ?? '', positions, each.done()));
  if (meshes.length === 0) throw refuseMesh('PLY', 'element face', 'at least one face', 'none');
  return { meshes, ...spaceIn(comment), warnings: [] };
}

function parseHeader(bytes: Uint8Array) {
  const text = latin1(bytes, 0, 1 << 16);
  const found = /^ply\r?\n[\s\S]*?\nend_header[ \t]*(\r\n|\n|\r)/.exec(text);
  if (!found) throw refuseMesh('PLY', 'header', 'end_header', 'none', 'truncated');
  const elements: Element[] = [];
  const names = new Map<number, string>();
  let [format, comment] = ['', ''];
  for (const line of found[0].split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'format') format = words[1] ?? '';
    else if (words[0] === 'comment') comment += `${line}\n`;
    else if (words[0] === 'obj_info' && words[1] === 'segment')
      names.set(Number(words[2]), words.slice(3).join(' ').slice(0, 200));
    else if (words[0] === 'element') {
      const count = Number(words[2]);
      if (!(Number.isSafeInteger(count) && count >= 0))
        throw refuseMesh('PLY', `element ${words[1] ?? ''}`, 'a number', words[2] ?? 'none');
      elements.push({ name: words[1] ?? '', count, properties: [] });
    } else if (words[0] === 'property') elements.at(-1)?.properties.push(property(words));
  }
  if (format !== 'ascii' && format !== 'binary_little_endian' && format !== 'binary_big_endian')
    throw refuseMesh('PLY', 'format', 'ascii, binary_little_endian or binary_big_endian', format || 'none');
  return { elements, format, comment, names, start: found[0].length } as const;
}

function property(words: readonly string[]): Property {
  const list = words[1] === 'list';
  const [count, type] = [list ? scalars[words[2] ?? ''] : null, scalars[words[list ? 3 : 1] ?? '']];
  if (!type || count === undefined)
    throw refuseMesh('PLY', 'property', 'a type such as float or uchar', words.join(' '));
  return { name: words[list ? 4 : 2] ?? '', type, count };
}

type Next = (type: Scalar) => number;

function binaryReader(bytes: Uint8Array, start: number, little: boolean): Next {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  return (type) => {
    const from = at;
    at += sizes[type];
    if (at > bytes.length) throw refuseMesh('PLY', 'data', `${at} bytes`, bytes.length, 'truncated');
    switch (type) {
      case 'i8':
        return view.getInt8(from);
      case 'u8':
        return view.getUint8(from);
      case 'i16':
        return view.getInt16(from, little);
      case 'u16':
        return view.getUint16(from, little);
      case 'i32':
        return view.getInt32(from, little);
      case 'u32':
        return view.getUint32(from, little);
      case 'f32':
        return view.getFloat32(from, little);
      case 'f64':
        return view.getFloat64(from, little);
    }
  };
}

function textReader(bytes: Uint8Array, start: number): Next {
  let at = start;
  return () => {
    while (at < bytes.length && (bytes[at] as number) <= 32) at++;
    const from = at;
    while (at < bytes.length && (bytes[at] as number) > 32) at++;
    if (at === from) throw refuseMesh('PLY', 'data', 'a number', 'the end of the file', 'truncated');
    const word = latin1(bytes, from, at - from);
    const value = Number(word);
    if (!Number.isFinite(value)) throw refuseMesh('PLY', 'data', 'a number', word.slice(0, 40));
    return value;
  };
}
