import { Color, Matrix4, Mesh, PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { placeChunk } from '#app/coarse.ts';
import { packChunk } from '#core/mesh/pack.ts';
import { Arena, type ArenaLook } from '#scene/arena/Arena.ts';
import { MAX_LAYERS, sortPasses } from '#scene/arena/layers.ts';
import { gaussians, harmonics, irradianceHarmonics } from '#scene/arena/light.ts';
import { lookRows, lookTableWidth, writeLookTable } from '#scene/arena/lookTable.ts';
import { noiseTexels } from '#scene/arena/noise.ts';
import { slotFacts } from '#scene/arena/slotFacts.ts';
import { HATCHED, tissueLooks } from '#scene/arena/tissueLook.ts';
import type { SegmentRecord } from '#state/viewer.ts';
import { fakeSegment } from './fakeViewer.ts';

/** A box of 12 triangles. */
function box(centre: readonly [number, number, number], size: readonly [number, number, number]) {
  const positions: number[] = [];
  const normals: number[] = [];
  const triangles: number[] = [];
  for (let axis = 0; axis < 3; axis++)
    for (const sign of [-1, 1]) {
      const first = positions.length / 3;
      for (const [u, v] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        const p = [0, 0, 0];
        p[axis] = sign;
        p[(axis + 1) % 3] = u;
        p[(axis + 2) % 3] = v;
        positions.push(...p.map((x, n) => (centre[n] as number) + (x * (size[n] as number)) / 2));
        normals.push(...[0, 1, 2].map((n) => (n === axis ? sign : 0)));
      }
      const order = sign > 0 ? [0, 1, 2, 0, 2, 3] : [0, 2, 1, 0, 3, 2];
      triangles.push(...order.map((n) => first + n));
    }
  return {
    positions: new Float32Array(positions),
    normals: new Float32Array(normals),
    triangles: new Uint32Array(triangles),
  };
}

const look = (segments: readonly SegmentRecord[], patch: Partial<ArenaLook> = {}): ArenaLook => ({
  segments,
  selection: [],
  hover: null,
  grain: true,
  accent: '#4cc2ff',
  shellOnly: false,
  ...patch,
});

const chunk = packChunk(
  [
    { slot: 1, mesh: box([0, 0, 0], [200, 200, 200]) },
    { slot: 2, mesh: box([10, 0, 0], [20, 20, 90]) },
    { slot: 3, mesh: box([-40, 0, 0], [30, 30, 30]) },
  ],
  'c',
  'full',
);
const segments = [fakeSegment(1, { tissue: 'skin' }), fakeSegment(2, { tissue: 'muscle' }), fakeSegment(3)];

function drawn(arena: Arena) {
  return arena.group.children
    .filter((child): child is Mesh => child instanceof Mesh && child.visible)
    .map((mesh) => ({
      material: (mesh.material as { name: string }).name,
      count: mesh.geometry.drawRange.count,
      order: mesh.renderOrder,
      slots: new Set(
        [
          ...((mesh.geometry.index?.array ?? []) as Uint32Array).subarray(
            mesh.geometry.drawRange.start,
            mesh.geometry.drawRange.start + mesh.geometry.drawRange.count,
          ),
        ].map((vertex) => chunk.place[4 * vertex + 3] as number),
      ),
    }));
}

describe('the look table', () => {
  it('holds colour, tissue, hover and selection where the shader reads them', () => {
    const width = lookTableWidth([fakeSegment(70)]);
    expect(width).toBe(128);
    const texels = new Float32Array(4 * 4 * width).fill(9);
    writeLookTable(texels, width, {
      segments: [
        fakeSegment(70, { color: '#ff8000', opacity: 0.5, tissue: 'muscle' }),
        fakeSegment(3, { visible: false, tissue: 'bone' }),
      ],
      selection: ['s3'],
      hover: 's70',
      axes: new Map([[70, [0, 0, 1] as const]]),
    });
    const at = (row: number, slot: number) => [
      ...texels.subarray(4 * (row * width + slot), 4 * (row * width + slot) + 4),
    ];
    const orange = new Color('#ff8000');
    for (const [n, value] of [orange.r, orange.g, orange.b, 0.5].entries())
      expect(at(lookRows.color, 70)[n]).toBeCloseTo(value, 6);
    const { rough, wrap, grainPerMm, grain, stretch, mottle, key } = tissueLooks.muscle;
    for (const [n, value] of [rough, wrap, grainPerMm, grain].entries())
      expect(at(lookRows.surface, 70)[n]).toBeCloseTo(value, 6);
    for (const [n, value] of [0, 0, 1, stretch].entries()) expect(at(lookRows.fibre, 70)[n]).toBeCloseTo(value, 6);
    for (const [n, value] of [1, 0, mottle, key].entries()) expect(at(lookRows.state, 70)[n]).toBeCloseTo(value, 6);
    // Hidden: no opacity, but selected all the same; without an axis no fibres.
    expect(at(lookRows.color, 3)[3]).toBe(0);
    expect(at(lookRows.state, 3).slice(0, 2)).toEqual([0, 1]);
    expect(at(lookRows.fibre, 3)).toEqual([0, 0, 0, 0]);
    // A finding is hatched, axis or none, whatever the look.
    writeLookTable(texels, width, {
      segments: [fakeSegment(6, { tissue: 'finding' })],
      selection: [],
      hover: null,
      axes: new Map(),
    });
    expect(at(lookRows.fibre, 6)[3]).toBe(HATCHED);
    // A slot that nobody has is hidden.
    expect(at(lookRows.color, 5)).toEqual([0, 0, 0, 0]);
  });
});

describe('Arena', () => {
  it('draws everything opaque in one call, and nothing at all when nothing is shown', () => {
    const arena = new Arena();
    arena.setChunks(new Map([['c', chunk]]));
    arena.setLook(look(segments));
    expect(drawn(arena)).toMatchObject([{ material: 'body', count: 3 * 36, slots: new Set([1, 2, 3]) }]);
    arena.setLook(look(segments.map((segment) => ({ ...segment, visible: false }))));
    expect(drawn(arena)).toEqual([]);
    arena.dispose();
  });

  it('sends only what is shown: translucent and selected structures are runs of their own', () => {
    const arena = new Arena();
    arena.setChunks(new Map([['c', chunk]]));
    const patched = [
      { ...(segments[0] as SegmentRecord), opacity: 0.25 },
      { ...(segments[1] as SegmentRecord) },
      { ...(segments[2] as SegmentRecord), visible: false },
    ];
    arena.setLook(look(patched, { selection: ['s2'] }));
    expect(drawn(arena)).toMatchObject([
      { material: 'body', slots: new Set([2]) },
      { material: 'body-outline', slots: new Set([2]) },
      { material: 'body-depth', slots: new Set([1]) },
      { material: 'body-shell', slots: new Set([1]) },
    ]);
    // In a headset a layer is one call.
    arena.setLook(look(patched, { selection: ['s2'], shellOnly: true }));
    expect(drawn(arena).map(({ material }) => material)).toEqual(['body', 'body-outline', 'body-shell']);
    arena.dispose();
  });

  it('draws what encloses after what it holds, each layer after its own depth', () => {
    const arena = new Arena();
    arena.setChunks(new Map([['c', chunk]]));
    arena.setLook(look(segments.map((segment) => ({ ...segment, opacity: 0.4 }))));
    const camera = new PerspectiveCamera();
    const orderFrom = (x: number) => {
      camera.position.set(x, 0, 0);
      camera.updateMatrixWorld();
      arena.beforeFrame(camera, new Matrix4(), 800, 600);
      return drawn(arena)
        .filter(({ material }) => material === 'body-shell')
        .sort((a, b) => a.order - b.order)
        .map(({ slots }) => [...slots][0]);
    };
    // From the right the bar (x = 10) is nearer than the cube (x = −40); from the left the other way round.
    expect(orderFrom(500)).toEqual([3, 2, 1]);
    expect(orderFrom(-500)).toEqual([2, 3, 1]);
    for (const { material, order, slots } of drawn(arena))
      if (material === 'body-depth')
        expect(drawn(arena).find((d) => d.material === 'body-shell' && [...d.slots][0] === [...slots][0])?.order).toBe(
          order + 1,
        );
    arena.dispose();
  });

  it('takes new light for the same shape without making anything anew', () => {
    const arena = new Arena();
    arena.setChunks(new Map([['c', chunk]]));
    arena.setLook(look(segments));
    const before = arena.group.children[0];
    const light = new Uint8Array(chunk.light).fill(7);
    arena.setChunks(new Map([['c', { ...chunk, light }]]));
    expect(arena.group.children[0]).toBe(before);
    const attribute = (before as Mesh).geometry.getAttribute('aLight') as unknown as { data: { array: Uint8Array } };
    expect(attribute.data.array).toBe(light);
    arena.setChunks(new Map());
    expect(arena.group.children).toEqual([]);
  });
});

describe('sortPasses', () => {
  it('lets small translucent structures share the last layer', () => {
    const many = Array.from({ length: 14 }, (_, n) => ({
      slot: n + 1,
      mesh: box([0, 0, 0], [10 + n, 10, 10]),
    }));
    const facts = slotFacts([packChunk(many, 'm', 'full')]);
    const passes = sortPasses(
      many.map(({ slot }) => fakeSegment(slot, { opacity: 0.3 })),
      [],
      facts,
    );
    expect(passes.layers.length).toBe(MAX_LAYERS);
    expect(passes.layers[0]).toEqual([14]);
    expect(passes.layers.flat().sort((a, b) => a - b)).toEqual(many.map(({ slot }) => slot));
  });
});

describe('slotFacts', () => {
  it('gives bounds and the long axis, over several chunks', () => {
    const facts = slotFacts([chunk, packChunk([{ slot: 2, mesh: box([10, 0, 100], [20, 20, 90]) }], 'd', 'full')]);
    const bar = facts.get(2);
    expect(bar?.low[2]).toBeCloseTo(-45, 1);
    expect(bar?.high[2]).toBeCloseTo(145, 1);
    expect(Math.abs(bar?.axis[2] ?? 0)).toBeGreaterThan(0.999);
  });
  it('is the same for a chunk that brings its sums and for one that does not, also once its slots are placed', () => {
    const { sums, ...bare } = chunk;
    expect(sums?.map(({ slot }) => slot)).toEqual(chunk.ranges.map(({ slot }) => slot));
    expect(sums?.reduce((sum, { count }) => sum + count, 0)).toBe(chunk.place.length / 4);
    expect(slotFacts([bare])).toEqual(slotFacts([chunk]));
    const placed = placeChunk({ ...chunk, place: chunk.place.slice() }, 'placed', (slot) => slot + 40);
    const { sums: _, ...placedBare } = placed;
    expect(slotFacts([placed])).toEqual(slotFacts([placedBare]));
    expect([...slotFacts([placed]).keys()]).toEqual(chunk.ranges.map(({ slot }) => slot + 40));
  });
});

describe('light', () => {
  it('nine harmonics give the irradiance of the room within 6 %', () => {
    const sh = irradianceHarmonics();
    for (const normal of [
      [0, 1, 0],
      [0, -1, 0],
      [0.6, 0, 0.8],
      [-0.48, 0.6, -0.64],
    ] as const) {
      // The integral itself: cosine-weighted mean over a fine sphere.
      const sum = new Vector3();
      const N = 120;
      for (let row = 0; row < N; row++)
        for (let column = 0; column < 2 * N; column++) {
          const z = ((row + 0.5) / N) * 2 - 1;
          const angle = ((column + 0.5) / N) * Math.PI;
          const d = [Math.sqrt(1 - z * z) * Math.cos(angle), Math.sqrt(1 - z * z) * Math.sin(angle), z] as const;
          const cosine = d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2];
          if (cosine <= 0) continue;
          const radiance = new Vector3(0.085, 0.098, 0.115);
          for (const { direction, sharpness, color, specularOnly } of gaussians)
            if (!specularOnly)
              radiance.addScaledVector(
                new Vector3(...color),
                Math.exp(sharpness * (d[0] * direction[0] + d[1] * direction[1] + d[2] * direction[2] - 1)),
              );
          sum.addScaledVector(radiance, (cosine * 4) / (2 * N * N));
        }
      const basis = harmonics(normal);
      const got = new Vector3();
      for (const [n, coefficient] of sh.entries()) got.addScaledVector(coefficient, basis[n] as number);
      expect(got.distanceTo(sum) / sum.length()).toBeLessThan(0.06);
    }
  });
  it('the grain tiles, is the same each time, and is not lopsided', () => {
    const texels = noiseTexels();
    expect(texels).toEqual(noiseTexels());
    for (let channel = 0; channel < 4; channel++) {
      let sum = 0;
      for (let n = channel; n < texels.length; n += 4) sum += texels[n] as number;
      expect(Math.abs(sum / (texels.length / 4) - 127.5)).toBeLessThan(6);
    }
    // Across the border no step is larger than within.
    const height = (i: number) => texels[4 * i + 3] as number;
    const steps = Array.from({ length: 31 }, (_, i) => Math.abs(height(i + 1) - height(i)));
    expect(Math.abs(height(31) - height(0))).toBeLessThanOrEqual(2 * Math.max(...steps));
  });
});
