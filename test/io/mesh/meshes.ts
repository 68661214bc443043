// Closed surfaces with formulas, and the bytes of them in every format that is read.
import { affine } from '#core/space/affine.ts';
import type { LabelGrid } from '#io/segments/segmentSet.ts';

export interface Surface {
  /** 3 a vertex. */
  readonly positions: number[];
  readonly triangles: number[];
}

/** An icosahedron split `times` times, on a sphere; outwards. */
export function icosphere(radius: number, centre: readonly [number, number, number], times: number): Surface {
  const t = (1 + Math.sqrt(5)) / 2;
  let points = [
    [-1, t, 0],
    [1, t, 0],
    [-1, -t, 0],
    [1, -t, 0],
    [0, -1, t],
    [0, 1, t],
    [0, -1, -t],
    [0, 1, -t],
    [t, 0, -1],
    [t, 0, 1],
    [-t, 0, -1],
    [-t, 0, 1],
  ];
  let faces = [
    [0, 11, 5],
    [0, 5, 1],
    [0, 1, 7],
    [0, 7, 10],
    [0, 10, 11],
    [1, 5, 9],
    [5, 11, 4],
    [11, 10, 2],
    [10, 7, 6],
    [7, 1, 8],
    [3, 9, 4],
    [3, 4, 2],
    [3, 2, 6],
    [3, 6, 8],
    [3, 8, 9],
    [4, 9, 5],
    [2, 4, 11],
    [6, 2, 10],
    [8, 6, 7],
    [9, 8, 1],
  ];
  for (let n = 0; n < times; n++) {
    const middles = new Map<string, number>();
    const middle = (a: number, b: number): number => {
      const key = [a, b].sort((p, q) => p - q).join();
      let found = middles.get(key);
      if (found === undefined) {
        found =
          points.push(
            [0, 1, 2].map(
              (axis) => ((points[a] as number[])[axis] as number) / 2 + ((points[b] as number[])[axis] as number) / 2,
            ),
          ) - 1;
        middles.set(key, found);
      }
      return found;
    };
    faces = faces.flatMap(([a, b, c]) => {
      const [ab, bc, ca] = [
        middle(a as number, b as number),
        middle(b as number, c as number),
        middle(c as number, a as number),
      ];
      return [
        [a, ab, ca],
        [b, bc, ab],
        [c, ca, bc],
        [ab, bc, ca],
      ] as number[][];
    });
    points = points.map((point) => point.map((value) => value / Math.hypot(...point)));
  }
  points = points.map((point) => point.map((value) => value / Math.hypot(...point)));
  return {
    positions: points.flatMap((point) =>
      point.map((value, axis) => Math.fround(radius * value + (centre[axis] as number))),
    ),
    triangles: faces.flat(),
  };
}

/** Around z; outwards. */
export function torus(
  big: number,
  small: number,
  centre: readonly [number, number, number],
  around: number,
  across: number,
): Surface {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (let a = 0; a < around; a++)
    for (let b = 0; b < across; b++) {
      const [u, v] = [(2 * Math.PI * a) / around, (2 * Math.PI * b) / across];
      const r = big + small * Math.cos(v);
      positions.push(centre[0] + r * Math.cos(u), centre[1] + r * Math.sin(u), centre[2] + small * Math.sin(v));
      const at = (p: number, q: number) => (p % around) * across + (q % across);
      triangles.push(at(a, b), at(a + 1, b), at(a + 1, b + 1), at(a, b), at(a + 1, b + 1), at(a, b + 1));
    }
  return { positions, triangles };
}

export const box = (low: readonly number[], high: readonly number[]): Surface => ({
  positions: [0, 1, 2, 3, 4, 5, 6, 7].flatMap((n) =>
    [0, 1, 2].map((axis) => ((n >> axis) & 1 ? high[axis] : low[axis]) as number),
  ),
  triangles: [
    0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4, 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5,
  ],
});

export const turnedInside = ({ positions, triangles }: Surface): Surface => ({
  positions,
  triangles: triangles.map((_, n) => triangles[n % 3 === 0 ? n : n % 3 === 1 ? n + 1 : n - 1] as number),
});

export const together = (...surfaces: readonly Surface[]): Surface => {
  let first = 0;
  const triangles = surfaces.flatMap((surface) => {
    const own = surface.triangles.map((vertex) => vertex + first);
    first += surface.positions.length / 3;
    return own;
  });
  return { positions: surfaces.flatMap(({ positions }) => positions), triangles };
};

export const grid = (
  dims: readonly [number, number, number],
  spacing: readonly [number, number, number],
  origin: readonly [number, number, number],
): LabelGrid => ({
  dims,
  rasFromIjk: affine('ras', 'ijk', [spacing[0], 0, 0, 0, 0, spacing[1], 0, 0, 0, 0, spacing[2], 0, ...origin, 1]),
});

/** Voxels whose centres the test says are inside. */
export function countInside(
  { dims, rasFromIjk: { m } }: LabelGrid,
  inside: (x: number, y: number, z: number) => boolean,
): number {
  let count = 0;
  for (let k = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++)
        if (
          inside(
            (m[12] as number) + i * (m[0] as number),
            (m[13] as number) + j * (m[5] as number),
            (m[14] as number) + k * (m[10] as number),
          )
        )
          count++;
  return count;
}

const encode = (text: string) => new TextEncoder().encode(text);

export function binaryStl({ positions, triangles }: Surface, header = 'test'): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(84 + (50 * triangles.length) / 3);
  bytes.set(encode(header).subarray(0, 80));
  const view = new DataView(bytes.buffer);
  view.setUint32(80, triangles.length / 3, true);
  triangles.forEach((vertex, n) => {
    for (let axis = 0; axis < 3; axis++)
      view.setFloat32(
        84 + 50 * Math.floor(n / 3) + 12 + 12 * (n % 3) + 4 * axis,
        positions[3 * vertex + axis] as number,
        true,
      );
  });
  return bytes;
}

const rows = (numbers: readonly number[], map = (n: number) => n): string => {
  const lines: string[] = [];
  for (let n = 0; n < numbers.length; n += 3) lines.push([0, 1, 2].map((c) => map(numbers[n + c] as number)).join(' '));
  return lines.join('\n');
};

export const objText = ({ positions, triangles }: Surface, head = ''): Uint8Array<ArrayBuffer> =>
  encode(
    `${head}${rows(positions).replaceAll(/^/gm, 'v ')}\n${rows(triangles, (n) => n + 1).replaceAll(/^/gm, 'f ')}\n`,
  );

export const plyText = ({ positions, triangles }: Surface): Uint8Array<ArrayBuffer> =>
  encode(
    `ply\nformat ascii 1.0\nelement vertex ${positions.length / 3}\nproperty float x\nproperty float y\nproperty float z\nelement face ${triangles.length / 3}\nproperty list uchar int vertex_indices\nend_header\n${rows(positions)}\n${rows(triangles).replaceAll(/^/gm, '3 ')}\n`,
  );

export const vtkText = ({ positions, triangles }: Surface, title = 'test'): Uint8Array<ArrayBuffer> =>
  encode(
    `# vtk DataFile Version 3.0\n${title}\nASCII\nDATASET POLYDATA\nPOINTS ${positions.length / 3} float\n${rows(positions)}\nPOLYGONS ${triangles.length / 3} ${(4 * triangles.length) / 3}\n${rows(triangles).replaceAll(/^/gm, '3 ')}\n`,
  );

/** glTF 2.0 binary of one mesh; `node` as JSON. */
export function glb({ positions, triangles }: Surface, node: object = {}, more: object = {}): Uint8Array<ArrayBuffer> {
  const vertices = new Uint8Array(Float32Array.from(positions).buffer);
  const indices = new Uint8Array(Uint32Array.from(triangles).buffer);
  const json = encode(
    JSON.stringify({
      asset: { version: '2.0' },
      scene: 0,
      scenes: [{ nodes: [0] }],
      nodes: [{ name: 'thing', mesh: 0, ...node }],
      meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
      accessors: [
        { bufferView: 0, componentType: 5126, count: positions.length / 3, type: 'VEC3' },
        { bufferView: 1, componentType: 5125, count: triangles.length, type: 'SCALAR' },
      ],
      bufferViews: [
        { buffer: 0, byteOffset: 0, byteLength: vertices.length },
        { buffer: 0, byteOffset: vertices.length, byteLength: indices.length },
      ],
      buffers: [{ byteLength: vertices.length + indices.length }],
      ...more,
    }),
  );
  const padded = Math.ceil(json.length / 4) * 4;
  const body = vertices.length + indices.length;
  const bytes = new Uint8Array(28 + padded + body).fill(0x20);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of [
    [0, 0x46546c67],
    [4, 2],
    [8, bytes.length],
    [12, padded],
    [16, 0x4e4f534a],
    [20 + padded, body],
    [24 + padded, 0x004e4942],
  ] as const)
    view.setUint32(at, word, true);
  bytes.set(json, 20);
  bytes.set(vertices, 28 + padded);
  bytes.set(indices, 28 + padded + vertices.length);
  return bytes;
}
