// glTF 2.0 binary: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
import type { Mesh } from '#core/mesh/mesh.ts';
import { bytesOf, type FileParts, MESH_REMARK, type NamedMesh } from '../meshFile.ts';

const FLOAT = 5126;
const UNSIGNED_INT = 5125;
const SHORT = 5122;
const BYTE = 5120;
const ARRAY_BUFFER = 34962;
const ELEMENT_ARRAY_BUFFER = 34963;
/** Quantised positions run from −32767 to 32767, so that the middle is a whole number. */
const STEPS = 32767;

/** RAS millimetres → metres, y up: x ← R, y ← S, z ← −A. Column-major. */
const METRES_FROM_RAS = [0.001, 0, 0, 0, 0, 0, -0.001, 0, 0, 0.001, 0, 0, 0, 0, 0, 1];

interface Json {
  bufferViews: object[];
  accessors: object[];
  meshes: object[];
  materials: object[];
  nodes: object[];
}

/**
 * One mesh of one primitive per segment, under one root node that turns RAS millimetres into metres, y up. Accessors hold
 * float32 RAS millimetres; with `quantize` (KHR_mesh_quantization) int16 positions and int8 normals, and a node per mesh that
 * scales them back to within 1/65534 of its longest side.
 */
export function writeGlb(meshes: readonly NamedMesh[], { quantize = false } = {}): FileParts {
  const json: Json = { bufferViews: [], accessors: [], meshes: [], materials: [], nodes: [] };
  const chunks: Uint8Array<ArrayBufferLike>[] = [];
  let length = 0;

  const view = (bytes: Uint8Array<ArrayBufferLike>, target: number, byteStride?: number): number => {
    const index = json.bufferViews.push({
      buffer: 0,
      byteOffset: length,
      byteLength: bytes.byteLength,
      target,
      ...(byteStride ? { byteStride } : {}),
    });
    const padding = (4 - (bytes.byteLength % 4)) % 4;
    chunks.push(bytes, ...(padding ? [new Uint8Array(padding)] : []));
    length += bytes.byteLength + padding;
    return index - 1;
  };
  const accessor = (fields: object): number => json.accessors.push(fields) - 1;

  const root = { name: 'patient, RAS mm', matrix: METRES_FROM_RAS, children: [] as number[] };
  json.nodes.push(root);
  for (const { name, color, mesh } of meshes) {
    // glTF has no empty primitive; a segment without a surface is a node with its name alone.
    if (mesh.triangles.length === 0) {
      root.children.push(json.nodes.push({ name }) - 1);
      continue;
    }
    const count = mesh.positions.length / 3;
    const places = quantize ? quantised(mesh) : exact(mesh);
    const material = json.materials.push(materialOf(name, color)) - 1;
    const attributes = {
      POSITION: accessor({
        bufferView: view(places.positions, ARRAY_BUFFER, quantize ? 8 : undefined),
        componentType: quantize ? SHORT : FLOAT,
        count,
        type: 'VEC3',
        min: places.min,
        max: places.max,
      }),
      NORMAL: accessor({
        bufferView: view(places.normals, ARRAY_BUFFER, quantize ? 4 : undefined),
        componentType: quantize ? BYTE : FLOAT,
        ...(quantize ? { normalized: true } : {}),
        count,
        type: 'VEC3',
      }),
    };
    const indices = accessor({
      bufferView: view(bytesOf(mesh.triangles), ELEMENT_ARRAY_BUFFER),
      componentType: UNSIGNED_INT,
      count: mesh.triangles.length,
      type: 'SCALAR',
    });
    const index = json.meshes.push({ name, primitives: [{ attributes, indices, material }] }) - 1;
    root.children.push(json.nodes.push({ name, mesh: index, ...places.node }) - 1);
  }

  const extension = 'KHR_mesh_quantization';
  const document = {
    asset: { version: '2.0', generator: 'Vesalius', copyright: MESH_REMARK },
    ...(quantize ? { extensionsUsed: [extension], extensionsRequired: [extension] } : {}),
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: root.children.length > 0 ? json.nodes : [{ name: root.name, matrix: root.matrix }],
    ...(json.meshes.length > 0
      ? {
          meshes: json.meshes,
          materials: json.materials,
          accessors: json.accessors,
          bufferViews: json.bufferViews,
          buffers: [{ byteLength: length }],
        }
      : {}),
  };
  return assemble(document, chunks, length);
}

function assemble(document: object, chunks: readonly Uint8Array<ArrayBufferLike>[], length: number): FileParts {
  const text = new TextEncoder().encode(JSON.stringify(document));
  const padded = Math.ceil(text.length / 4) * 4;
  const head = new Uint8Array(20 + padded + (length > 0 ? 8 : 0)).fill(0x20, 20 + text.length);
  const words = new DataView(head.buffer);
  words.setUint32(0, 0x46546c67, true); // 'glTF'
  words.setUint32(4, 2, true);
  words.setUint32(8, head.length + length, true);
  words.setUint32(12, padded, true);
  words.setUint32(16, 0x4e4f534a, true); // 'JSON'
  head.set(text, 20);
  if (length > 0) {
    words.setUint32(20 + padded, length, true);
    words.setUint32(24 + padded, 0x004e4942, true); // 'BIN\0'
  }
  return [head, ...chunks];
}

function exact(mesh: Mesh) {
  return { positions: bytesOf(mesh.positions), normals: bytesOf(mesh.normals), node: {}, ...boundsOf(mesh.positions) };
}

function quantised(mesh: Mesh) {
  const { min, max } = boundsOf(mesh.positions);
  const centre = min.map((low, axis) => (low + (max[axis] as number)) / 2) as [number, number, number];
  const half = Math.max(...min.map((low, axis) => (max[axis] as number) - low)) / 2 || 1;
  const step = half / STEPS;
  const count = mesh.positions.length / 3;
  // Four int16 and four int8 per vertex: glTF wants each vertex to begin at a multiple of four bytes.
  const positions = new Int16Array(4 * count);
  const normals = new Int8Array(4 * count);
  const low = [STEPS, STEPS, STEPS];
  const high = [-STEPS, -STEPS, -STEPS];
  for (let v = 0; v < count; v++)
    for (let axis = 0; axis < 3; axis++) {
      const at = Math.round(((mesh.positions[3 * v + axis] as number) - (centre[axis] as number)) / step);
      positions[4 * v + axis] = at;
      if (at < (low[axis] as number)) low[axis] = at;
      if (at > (high[axis] as number)) high[axis] = at;
      normals[4 * v + axis] = Math.round((mesh.normals[3 * v + axis] as number) * 127);
    }
  return {
    positions: new Uint8Array(positions.buffer),
    normals: new Uint8Array(normals.buffer),
    node: { translation: centre, scale: [step, step, step] },
    min: low,
    max: high,
  };
}

function boundsOf(positions: Float32Array<ArrayBufferLike>): { min: number[]; max: number[] } {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let n = 0; n < positions.length; n += 3)
    for (let axis = 0; axis < 3; axis++) {
      const at = positions[n + axis] as number;
      if (at < (min[axis] as number)) min[axis] = at;
      if (at > (max[axis] as number)) max[axis] = at;
    }
  return { min, max };
}

function materialOf(name: string, color: string): object {
  const linear = [1, 3, 5].map((at) => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return { name, pbrMetallicRoughness: { baseColorFactor: [...linear, 1], metallicFactor: 0, roughnessFactor: 0.5 } };
}
