// glTF 2.0 binary: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html

import { determinant3 } from '#core/space/affine.ts';
import { Fans, type MeshData, type MeshFile, refuseMesh } from '../mesh/meshData.ts';
import { hexOf } from '../segments/cielab.ts';

interface Accessor {
  readonly bufferView?: number;
  readonly byteOffset?: number;
  readonly componentType: number;
  readonly count: number;
  readonly type: string;
  readonly normalized?: boolean;
  readonly sparse?: unknown;
}
interface Primitive {
  readonly attributes: Readonly<Record<string, number>>;
  readonly indices?: number;
  readonly mode?: number;
  readonly material?: number;
  readonly extensions?: Readonly<Record<string, unknown>>;
}
interface Node {
  readonly name?: string;
  readonly mesh?: number;
  readonly children?: readonly number[];
  readonly matrix?: readonly number[];
  readonly translation?: readonly number[];
  readonly rotation?: readonly number[];
  readonly scale?: readonly number[];
}
interface Document {
  readonly asset?: { readonly version?: string; readonly generator?: string };
  readonly scene?: number;
  readonly scenes?: readonly { readonly nodes?: readonly number[] }[];
  readonly nodes?: readonly Node[];
  readonly meshes?: readonly { readonly name?: string; readonly primitives: readonly Primitive[] }[];
  readonly accessors?: readonly Accessor[];
  readonly bufferViews?: readonly {
    readonly buffer: number;
    readonly byteOffset?: number;
    readonly byteLength: number;
    readonly byteStride?: number;
  }[];
  readonly materials?: readonly { readonly pbrMetallicRoughness?: { readonly baseColorFactor?: readonly number[] } }[];
  readonly extensionsRequired?: readonly string[];
}

const READ = new Set(['KHR_mesh_quantization', 'KHR_materials_unlit', 'KHR_texture_transform']);
const MOST_NODES = 100_000;

/**
 * A GLB: each node with a mesh is one, brought into the scene's own space (metres, y up) by the nodes above it; its primitives together.
 * Triangles, strips and fans; other primitives are no surface. Required extensions that pack vertices are refused by name.
 * @throws VesaliusError without the file's name
 */
export function readGlb(bytes: Uint8Array<ArrayBuffer>): MeshFile {
  const { document, binary } = chunks(bytes);
  const strange = document.extensionsRequired?.find((name) => !READ.has(name));
  if (strange) throw refuseMesh('GLB', 'extensionsRequired', [...READ].join(', '), strange, 'unsupported');
  const nodes = document.nodes ?? [];
  const scene = document.scenes?.[document.scene ?? 0];
  const roots = scene?.nodes ?? nodes.map((_, n) => n);
  const meshes: MeshData[] = [];
  let visited = 0;
  const visit = (index: number, above: readonly number[], depth: number): void => {
    const node = nodes[index];
    if (!node) throw refuseMesh('GLB', 'nodes', `a node up to ${nodes.length - 1}`, index);
    if (depth > 1000 || ++visited > MOST_NODES) throw refuseMesh('GLB', 'nodes', 'a tree', 'a loop, or too many');
    const matrix = times(above, matrixOf(node));
    if (node.mesh !== undefined) {
      const made = meshOf(document, binary, node.mesh, matrix, node.name ?? '');
      if (made) meshes.push(made);
    }
    for (const child of node.children ?? []) visit(child, matrix, depth + 1);
  };
  for (const root of roots) visit(root, IDENTITY, 0);
  if (meshes.length === 0) throw refuseMesh('GLB', 'meshes', 'at least one mesh of triangles', 'none');
  return { meshes, space: 'gltf', unitMm: 1000, sure: document.asset?.generator === 'Vesalius', warnings: [] };
}

function chunks(bytes: Uint8Array<ArrayBuffer>): { document: Document; binary: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20) throw refuseMesh('GLB', 'header', 'at least 20 bytes', bytes.length, 'truncated');
  if (view.getUint32(4, true) !== 2) throw refuseMesh('GLB', 'version', '2', view.getUint32(4, true), 'unsupported');
  const length = view.getUint32(8, true);
  if (length > bytes.length) throw refuseMesh('GLB', 'length', `${length} bytes`, bytes.length, 'truncated');
  let document: Document | null = null;
  let binary = new Uint8Array(0);
  for (let at = 12; at + 8 <= length; ) {
    const [size, kind] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (at + 8 + size > length) throw refuseMesh('GLB', 'chunkLength', `at most ${length - at - 8}`, size, 'truncated');
    const inside = bytes.subarray(at + 8, at + 8 + size);
    if (kind === 0x4e4f534a) {
      try {
        document = JSON.parse(new TextDecoder().decode(inside)) as Document;
      } catch (thrown) {
        throw refuseMesh(
          'GLB',
          'JSON',
          'JSON',
          thrown instanceof Error ? thrown.message.slice(0, 100) : String(thrown),
        );
      }
    } else if (kind === 0x004e4942) binary = inside;
    at += 8 + size;
  }
  if (document === null || typeof document !== 'object') throw refuseMesh('GLB', 'JSON', 'a chunk of JSON', 'none');
  return { document, binary };
}

function meshOf(
  document: Document,
  binary: Uint8Array,
  index: number,
  matrix: readonly number[],
  nodeName: string,
): MeshData | null {
  const mesh = document.meshes?.[index];
  if (!mesh || !Array.isArray(mesh.primitives))
    throw refuseMesh('GLB', 'meshes', `a mesh up to ${(document.meshes?.length ?? 0) - 1}`, index);
  const positions: number[][] = [];
  const fans = new Fans();
  let first = 0;
  let color: MeshData['color'] = null;
  for (const { attributes, indices, mode = 4, material } of mesh.primitives) {
    if (mode < 4 || mode > 6 || attributes?.POSITION === undefined) continue;
    const places = read(document, binary, attributes.POSITION, 3, 'POSITION');
    const count = places.length / 3;
    const order =
      indices === undefined
        ? Float64Array.from({ length: count }, (_, n) => n)
        : read(document, binary, indices, 1, 'indices');
    const corner = (n: number): number => {
      const vertex = order[n] as number;
      if (vertex >= count) throw refuseMesh('GLB', 'indices', `vertices from 0 to ${count - 1}`, vertex);
      return first + vertex;
    };
    if (mode === 5) fans.addStrip(corner, order.length, first + count, 'GLB', 'indices');
    else if (mode === 6) fans.add(corner, order.length, first + count, 'GLB', 'indices');
    else
      for (let n = 0; n + 2 < order.length; n += 3) fans.add((c) => corner(n + c), 3, first + count, 'GLB', 'indices');
    positions.push(placed(places, matrix));
    first += count;
    color ??= colorOf(document.materials?.[material ?? -1]?.pbrMetallicRoughness?.baseColorFactor);
  }
  if (fans.length === 0) return null;
  const triangles = fans.done();
  // A mirroring node turns triangles inside out.
  if (determinant3({ to: 'ras', from: 'ras', m: matrix }) < 0)
    for (let n = 0; n < triangles.length; n += 3)
      [triangles[n + 1], triangles[n + 2]] = [triangles[n + 2] as number, triangles[n + 1] as number];
  return {
    name: (nodeName || mesh.name || '').slice(0, 200),
    color,
    positions: Float64Array.from(positions.flat()),
    triangles,
  };
}

const components: Readonly<Record<number, { size: number; most: number; read(view: DataView, at: number): number }>> = {
  5120: { size: 1, most: 127, read: (view, at) => view.getInt8(at) },
  5121: { size: 1, most: 255, read: (view, at) => view.getUint8(at) },
  5122: { size: 2, most: 32767, read: (view, at) => view.getInt16(at, true) },
  5123: { size: 2, most: 65535, read: (view, at) => view.getUint16(at, true) },
  5125: { size: 4, most: 4294967295, read: (view, at) => view.getUint32(at, true) },
  5126: { size: 4, most: 1, read: (view, at) => view.getFloat32(at, true) },
};

function read(document: Document, binary: Uint8Array, index: number, width: 1 | 3, where: string): Float64Array {
  const accessor = document.accessors?.[index];
  if (!accessor) throw refuseMesh('GLB', where, `an accessor up to ${(document.accessors?.length ?? 0) - 1}`, index);
  if (accessor.sparse !== undefined)
    throw refuseMesh('GLB', `${where} sparse`, 'a whole accessor', 'a sparse one', 'unsupported');
  const component = components[accessor.componentType];
  if (!component || accessor.type !== (width === 3 ? 'VEC3' : 'SCALAR'))
    throw refuseMesh(
      'GLB',
      where,
      width === 3 ? 'VEC3 of numbers' : 'SCALAR of numbers',
      `${accessor.type} ${accessor.componentType}`,
    );
  const view = document.bufferViews?.[accessor.bufferView ?? -1];
  if (view?.buffer !== 0)
    throw refuseMesh(
      'GLB',
      'bufferViews',
      'a view of the file’s own buffer',
      accessor.bufferView ?? 'none',
      'unsupported',
    );
  const { count } = accessor;
  const stride = view.byteStride ?? component.size * width;
  const start = (view.byteOffset ?? 0) + (accessor.byteOffset ?? 0);
  const end = start + (count - 1) * stride + component.size * width;
  const fits =
    Number.isSafeInteger(count) &&
    count >= 0 &&
    start >= 0 &&
    stride >= component.size * width &&
    (count === 0 || end <= Math.min(binary.length, (view.byteOffset ?? 0) + view.byteLength));
  if (!fits) throw refuseMesh('GLB', `${where} count`, `${end} bytes for ${count}`, binary.length, 'truncated');
  const bytes = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
  const values = new Float64Array(count * width);
  const scale = accessor.normalized && component.most > 1 ? 1 / component.most : 1;
  for (let n = 0; n < count; n++)
    for (let c = 0; c < width; c++)
      values[n * width + c] = scale * component.read(bytes, start + n * stride + c * component.size);
  if (width === 3 && values.some((value) => !Number.isFinite(value)))
    throw refuseMesh('GLB', where, 'finite numbers', 'others');
  return values;
}

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

function matrixOf({
  matrix,
  translation = [0, 0, 0],
  rotation = [0, 0, 0, 1],
  scale = [1, 1, 1],
}: Node): readonly number[] {
  if (matrix) {
    if (matrix.length !== 16 || !matrix.every(Number.isFinite))
      throw refuseMesh('GLB', 'matrix', '16 numbers', matrix.length);
    return matrix;
  }
  if (
    ![...translation, ...rotation, ...scale].every(Number.isFinite) ||
    translation.length !== 3 ||
    rotation.length !== 4 ||
    scale.length !== 3
  )
    throw refuseMesh('GLB', 'translation, rotation, scale', '3, 4 and 3 numbers', 'others');
  const [x, y, z, w] = rotation as [number, number, number, number];
  const [sx, sy, sz] = scale as [number, number, number];
  const [tx, ty, tz] = translation as [number, number, number];
  return [
    (1 - 2 * (y * y + z * z)) * sx,
    2 * (x * y + z * w) * sx,
    2 * (x * z - y * w) * sx,
    0,
    2 * (x * y - z * w) * sy,
    (1 - 2 * (x * x + z * z)) * sy,
    2 * (y * z + x * w) * sy,
    0,
    2 * (x * z + y * w) * sz,
    2 * (y * z - x * w) * sz,
    (1 - 2 * (x * x + y * y)) * sz,
    0,
    tx,
    ty,
    tz,
    1,
  ];
}

function times(a: readonly number[], b: readonly number[]): number[] {
  return IDENTITY.map((_, n) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + (a[(n % 4) + 4 * k] as number) * (b[k + 4 * Math.floor(n / 4)] as number), 0),
  );
}

function placed(places: Float64Array, m: readonly number[]): number[] {
  const result = new Array<number>(places.length);
  for (let n = 0; n < places.length; n += 3)
    for (let row = 0; row < 3; row++)
      result[n + row] =
        (m[row] as number) * (places[n] as number) +
        (m[row + 4] as number) * (places[n + 1] as number) +
        (m[row + 8] as number) * (places[n + 2] as number) +
        (m[row + 12] as number);
  return result;
}

/** Linear factors as sRGB. */
function colorOf(factor: readonly number[] | undefined): MeshData['color'] {
  if (!factor || factor.length < 3 || !factor.every(Number.isFinite)) return null;
  return hexOf(factor.slice(0, 3).map((c) => 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)));
}
