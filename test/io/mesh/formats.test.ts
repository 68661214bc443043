import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finishAsync } from '#core/steps.ts';
import { writeGlb } from '#io/gltf/write.ts';
import type { FileParts, NamedMesh } from '#io/meshFile.ts';
import { writeObj } from '#io/obj/write.ts';
import { writePly } from '#io/ply/write.ts';
import { type FileSegments, readSegments } from '#io/segments/readSegments.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import { writeStl } from '#io/stl/write.ts';
import { gz, memorySource } from '../memorySource.ts';
import { binaryStl, box, glb, grid, icosphere, objText, plyText, type Surface, torus, vtkText } from './meshes.ts';

const oracle = JSON.parse(readFileSync(join(import.meta.dirname, '../../oracle/meshes.json'), 'utf8')) as {
  grid: { dims: [number, number, number]; spacing: [number, number, number]; origin: [number, number, number] };
  volumeMm3: number;
  voxels: number;
  files: Record<string, string>;
};
const scanOf = (...args: Parameters<typeof grid>): ScanGrid => ({ name: 'scan', ...grid(...args) });
const scan = scanOf(oracle.grid.dims, oracle.grid.spacing, oracle.grid.origin);
const open = async (name: string, bytes: Uint8Array, scans: readonly ScanGrid[] = [scan]) =>
  (await finishAsync(readSegments([memorySource(name, bytes)], scans)))[0] as FileSegments;
const failure = (name: string, bytes: Uint8Array, scans: readonly ScanGrid[] = [scan]) =>
  open(name, bytes, scans).then(() => 'opened', String);
const bytesOf = (parts: FileParts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const named = ({ positions, triangles }: Surface, name: string): NamedMesh => ({
  name,
  color: '#dd8265',
  mesh: {
    positions: Float32Array.from(positions),
    normals: new Float32Array(positions.length),
    triangles: Uint32Array.from(triangles),
  },
});
const codes = (set: FileSegments) => set.warnings.map(({ code }) => code);
const ball = icosphere(30, [10, -20, 30], 3);

describe('meshes that VTK wrote', () => {
  for (const [name, text] of Object.entries(oracle.files))
    it(`${name}: the voxels of vtkPolyDataToImageStencil, the volume of vtkMassProperties`, async () => {
      const set = await open(name, new Uint8Array(Buffer.from(text, 'base64')));
      expect(set.segments.length).toBe(1);
      // Text holds six digits of each place.
      const digits = /ascii|strips|obj/.test(name) ? 3 : 0;
      expect(Math.abs((set.segments[0]?.voxels ?? 0) - oracle.voxels)).toBeLessThanOrEqual(digits);
      expect(Math.abs(Number(set.segments[0]?.facts?.meshVolumeMl) / (oracle.volumeMm3 / 1000) - 1)).toBeLessThan(1e-5);
      expect(codes(set)).toEqual(['mesh-space-assumed']);
    });
});

describe('meshes that this program wrote', () => {
  const files: readonly (readonly [string, (meshes: readonly NamedMesh[]) => FileParts])[] = [
    ['a.stl', writeStl],
    ['a.obj', writeObj],
    ['a.ply', writePly],
    ['a.glb', writeGlb],
    ['q.glb', (meshes) => writeGlb(meshes, { quantize: true })],
  ];
  const parts = [named(ball, 'left kidney'), named(torus(20, 6, [10, -20, 30], 64, 32), 'ring')];
  for (const [name, write] of files)
    it(`${name}: the same bodies come back, in RAS mm and without a doubt`, async () => {
      const set = await open(name, bytesOf(write(parts)));
      expect(codes(set).filter((code) => code !== 'mesh-shells-overlap')).toEqual([]);
      const alone = await Promise.all(
        parts.map(async (part) => (await open('x.glb', bytesOf(writeGlb([part])))).segments[0]?.voxels as number),
      );
      if (name === 'a.stl') {
        // One soup of triangles: one segment, its shells together.
        expect(set.segments.map((segment) => segment.name)).toEqual(['a']);
        return;
      }
      expect(set.segments.map((segment) => segment.name)).toEqual(['left kidney', 'ring']);
      // They lie over each other: two layers.
      expect(set.layers.length).toBe(2);
      for (const [n, { voxels }] of set.segments.entries())
        expect(Math.abs(voxels - (alone[n] as number))).toBeLessThanOrEqual(name === 'q.glb' ? 20 : 0);
      if (name.endsWith('.glb')) expect(set.segments[0]?.color).toBe('#dd8265');
    });
});

describe('where a mesh lies', () => {
  const lps: Surface = { ...ball, positions: ball.positions.map((value, n) => (n % 3 === 2 ? value : -value)) };
  it('SPACE=LPS and SPACE=RAS of 3D Slicer are honoured in each format that has a comment', async () => {
    const here = (await open('a.stl', binaryStl(ball))).segments[0]?.voxels;
    for (const [name, bytes] of [
      ['a.stl', binaryStl(lps, '3D Slicer output. SPACE=LPS')],
      ['b.stl', binaryStl(ball, '3D Slicer output. SPACE=RAS')],
      ['a.obj', objText(lps, '# 3D Slicer output. SPACE=LPS\n')],
      ['a.vtk', vtkText(lps, '3D Slicer output. SPACE=LPS')],
    ] as const) {
      const set = await open(name, bytes);
      expect(set.segments[0]?.voxels).toBe(here);
      expect(codes(set)).toEqual([]);
    }
  });

  it('one that does not say its space is RAS, which is said; beside the scan it is refused, with the way out', async () => {
    expect(codes(await open('a.stl', binaryStl(ball)))).toEqual(['mesh-space-assumed']);
    const small = scanOf([40, 40, 70], [1, 1, 1], [0, 10, 0]);
    expect(
      await failure(
        'a.stl',
        binaryStl({
          ...lps,
          positions: lps.positions.map((v, n) => (n % 3 === 0 ? v - 20 : n % 3 === 1 ? v - 80 : v)),
        }),
        [small],
      ),
    ).toMatch(
      /a\.stl: vertices: expected a mesh on the scan, got one from .* mm beside it \(taken as LPS it would lie on it\)/,
    );
  });

  it('a size that no body has: metres, centimetres or inches, the one that fits the scan', async () => {
    for (const [unit, mm] of [
      ['metres', 1000],
      ['centimetres', 10],
      ['inches', 25.4],
      ['micrometres', 0.001],
    ] as const) {
      const scaled: Surface = { ...ball, positions: ball.positions.map((value) => value / mm) };
      if (unit === 'centimetres' || unit === 'inches') {
        // 60 mm are 6 cm: as millimetres a likely size, so nothing is guessed.
        expect(codes(await open('a.stl', binaryStl(scaled)))).not.toContain('mesh-unit-guessed');
        continue;
      }
      const set = await open('a.stl', binaryStl(scaled));
      expect(set.warnings.find(({ code }) => code === 'mesh-unit-guessed')).toMatchObject({ kept: unit });
      expect(Math.abs(Number(set.segments[0]?.facts?.meshVolumeMl) / 110.6 - 1)).toBeLessThan(0.02);
    }
    // 0.9 of the file: of the units that make a body of it, the one whose box lies on the scan.
    const inches: Surface = { ...icosphere(0.45, [0.4, -0.8, 1.2], 2) };
    expect(
      (await open('a.stl', binaryStl(inches))).warnings.find(({ code }) => code === 'mesh-unit-guessed'),
    ).toMatchObject({ kept: 'inches' });
    expect(await failure('a.stl', binaryStl({ ...ball, positions: ball.positions.map((v) => v * 1e9) }))).toMatch(
      /a\.stl: unit: expected a longest side of 2 to 3000 mm, got/,
    );
  });

  it('a GLB of another program is in metres, y up, its nodes above it applied; a mirroring one stays outwards', async () => {
    // x ← R, y ← S, z ← −A, in metres.
    const metres: Surface = {
      ...ball,
      positions: ball.positions.map((_, n) => {
        const at = n - (n % 3);
        const [r, a, s] = [0, 1, 2].map((c) => ball.positions[at + c] as number) as [number, number, number];
        return ([r, s, -a][n % 3] as number) / 1000;
      }),
    };
    const direct = await open('a.glb', glb(metres));
    expect(direct.segments).toMatchObject([
      { name: 'thing', voxels: (await open('a.stl', binaryStl(ball))).segments[0]?.voxels },
    ]);
    const mirrored: Surface = { ...metres, positions: metres.positions.map((v, n) => (n % 3 === 0 ? -v / 2 : v / 2)) };
    const turned = await open('a.glb', glb(mirrored, { scale: [-2, 2, 2] }));
    expect(turned.segments[0]?.voxels).toBe(direct.segments[0]?.voxels);
    // Written in millimetres after all: 60 metres are no body.
    const millimetres = await open('a.glb', glb({ ...metres, positions: metres.positions.map((v) => 1000 * v) }));
    expect(codes(millimetres)).toEqual(['mesh-unit-guessed']);
    expect(millimetres.segments[0]?.voxels).toBe(direct.segments[0]?.voxels);
  });

  it('without a scan: a grid around all of them, 256 voxels along the longest side', async () => {
    const sets = await finishAsync(
      readSegments(
        [memorySource('a.stl', binaryStl(ball)), memorySource('b.ply', plyText(box([60, 0, 0], [100, 10, 10])))],
        [],
      ),
    );
    expect(sets.map(({ scan: of }) => of)).toEqual([null, null]);
    expect(sets[0]?.grid).toEqual(sets[1]?.grid);
    expect(Math.max(...(sets[0]?.grid.dims ?? []))).toBe(256);
    expect(Math.abs(Number(sets[0]?.segments[0]?.facts?.volumeErrorPercent))).toBeLessThan(0.1);
    // Faces along the grid: two sides of 10 mm are 21 or 20 voxels of 0.48 mm.
    expect(Math.abs(Number(sets[1]?.segments[0]?.facts?.volumeErrorPercent))).toBeLessThan(5);
  });
});

describe('what encloses nothing, and what is broken', () => {
  const sheet = { positions: [0, 0, 0, 9, 0, 0, 0, 8, 0], triangles: [0, 1, 2] };
  const turned = { ...ball, triangles: [...ball.triangles.slice(0, 3).toReversed(), ...ball.triangles.slice(3, -3)] };
  const cases: readonly (readonly [string, string, Uint8Array, RegExp])[] = [
    [
      'a sheet',
      'a.stl',
      binaryStl(sheet),
      /a\.stl: triangles: expected a surface that encloses something, got a: 3 open edges, around 36 mm² beside a surface of 36/,
    ],
    [
      'loose triangles',
      'a.stl',
      binaryStl({
        positions: [...sheet.positions, ...sheet.positions.map((v) => v + 20)],
        triangles: [0, 1, 2, 3, 4, 5],
      }),
      /got a: 6 open edges of 2 triangles/,
    ],
    [
      'an open surface without a side',
      'a.stl',
      binaryStl(turned),
      /got a: 3 open edges, triangles wound against each other/,
    ],
    [
      'a mesh beside the scan',
      'a.stl',
      binaryStl(box([500, 500, 500], [600, 600, 600]), 'SPACE=RAS'),
      /vertices: expected a mesh on the scan, got one from 500\.0, 500\.0, 500\.0/,
    ],
    [
      'a binary STL that ends early',
      'a.stl',
      binaryStl(ball).slice(0, 5000),
      /a\.stl: triangles: expected 64084 bytes for 1280 triangles, got 5000/,
    ],
    [
      'an STL of four billion triangles',
      'a.stl',
      (() => {
        const bytes = binaryStl(ball);
        new DataView(bytes.buffer).setUint32(80, 4294967295, true);
        return bytes;
      })(),
      /triangles: expected 214748364834 bytes/,
    ],
    [
      'an ASCII STL that ends early',
      'a.stl',
      new TextEncoder().encode('solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\n'),
      /endsolid: expected the end of the solid/,
    ],
    [
      'an OBJ with a vertex that is not there',
      'a.obj',
      new TextEncoder().encode('v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n'),
      /a\.obj: f, line 4: expected vertices from 0 to 2, got 8/,
    ],
    [
      'a PLY of a billion vertices',
      'a.ply',
      new TextEncoder().encode(
        'ply\nformat ascii 1.0\nelement vertex 1000000000\nproperty float x\nproperty float y\nproperty float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n',
      ),
      /a\.ply: element vertex: expected at least/,
    ],
    [
      'a VTK file of too many points',
      'a.vtk',
      new TextEncoder().encode('# vtk DataFile Version 3.0\nx\nBINARY\nDATASET POLYDATA\nPOINTS 300000000 float\n'),
      /a\.vtk: POINTS: expected at most/,
    ],
    [
      'a VTK file that is no surface',
      'a.vtk',
      new TextEncoder().encode('# vtk DataFile Version 3.0\nx\nASCII\nDATASET UNSTRUCTURED_GRID\n'),
      /DATASET: expected POLYDATA, got UNSTRUCTURED_GRID/,
    ],
    [
      'a GLB whose accessor runs beyond its buffer',
      'a.glb',
      glb(
        ball,
        {},
        {
          accessors: [
            { bufferView: 0, componentType: 5126, count: 1e8, type: 'VEC3' },
            { bufferView: 1, componentType: 5125, count: 3, type: 'SCALAR' },
          ],
        },
      ),
      /a\.glb: POSITION count: expected 1200000000 bytes/,
    ],
    ['a GLB whose nodes run in a ring', 'a.glb', glb(ball, { children: [0] }), /nodes: expected a tree/],
    [
      'a GLB that needs Draco',
      'a.glb',
      glb(ball, {}, { extensionsRequired: ['KHR_draco_mesh_compression'] }),
      /extensionsRequired: expected .*, got KHR_draco_mesh_compression/,
    ],
    [
      'numbers that are none',
      'a.stl',
      binaryStl({ ...ball, positions: ball.positions.map((v, n) => (n === 4 ? Number.NaN : v)) }),
      /a\.stl: vertices: expected finite numbers, got NaN/,
    ],
  ];
  for (const [name, file, bytes, words] of cases)
    it(`${name}: refused in words`, async () => expect(await failure(file, bytes)).toMatch(words));

  it('of several meshes those that enclose nothing are left out and said', async () => {
    const set = await open('a.glb', bytesOf(writeGlb([named(ball, 'whole'), named(sheet, 'flat')])));
    expect(set.segments.map(({ name }) => name)).toEqual(['whole']);
    expect(set.warnings.map(({ text }) => text).join()).toMatch(/flat: 3 open edges/);
  });

  it('an opening is closed by a lid and said, with its width', async () => {
    const holed = { ...ball, triangles: ball.triangles.slice(0, -3) };
    const [whole, lidded] = [await open('a.stl', binaryStl(ball)), await open('a.stl', binaryStl(holed))];
    expect(lidded.segments[0]?.voxels).toBe(whole.segments[0]?.voxels);
    expect(lidded.segments[0]?.facts).toMatchObject({ openingsClosed: 1 });
    expect(whole.segments[0]?.facts).not.toHaveProperty('openingsClosed');
    const said = lidded.warnings.find(({ code }) => code === 'mesh-closed');
    expect(said?.text).toMatch(/^a was open at 1 place, at most \d\.\d mm across/);
    expect(whole.warnings.map(({ code }) => code)).not.toContain('mesh-closed');
  });

  it('inside gzip; cut anywhere it is refused or opened, never anything else', async () => {
    expect((await open('a.stl.gz', gz(binaryStl(ball)))).segments.length).toBe(1);
    for (const [name, whole] of [
      ['a.stl', binaryStl(icosphere(30, [10, -20, 30], 1))],
      ['a.glb', glb(icosphere(30, [10, -20, 30], 1))],
      ...Object.entries(oracle.files)
        .filter(([file]) => /raw-zlib|base64-zlib|binary\.vtk|little/.test(file))
        .map(([file, text]) => [file, new Uint8Array(Buffer.from(text, 'base64'))] as const),
    ] as const)
      for (let length = 1; length < whole.length; length += Math.ceil(whole.length / 23)) {
        const said = await failure(name, whole.slice(0, length));
        expect(said).toMatch(/^(opened$|VesaliusError: )/);
        expect(said).not.toMatch(/program/);
      }
  });
});
