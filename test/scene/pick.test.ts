import { PerspectiveCamera, Scene } from 'three';
import { describe, expect, it } from 'vitest';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { packChunk } from '#core/mesh/pack.ts';
import { pickRay } from '#scene/pick.ts';
import { StageModel } from '#scene/StageModel.ts';
import type { Viewer } from '#state/viewer.ts';
import { fakeSegment, fakeViewer } from './fakeViewer.ts';

const dims = [40, 40, 40] as const;
// i to the left, j to the back, k up, 2 mm: the voxel (0, 0, 0) lies at R 40 A 40 S −40.
const rasFromIjk = [-2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 2, 0, 40, 40, -40, 1];

function viewerWith(): Viewer {
  const dense = new Uint8Array(64000);
  const put = (i: number, j: number, k: number, radius: number, value: number) => {
    for (let z = 0, n = 0; z < 40; z++)
      for (let y = 0; y < 40; y++)
        for (let x = 0; x < 40; x++, n++) if (Math.hypot(x - i, y - j, z - k) <= radius) dense[n] = value;
  };
  put(20, 20, 20, 17, 1);
  put(12, 20, 20, 6, 2);
  return fakeViewer({
    dims,
    rasFromIjk,
    segments: [fakeSegment(1, { tissue: 'skin' }), fakeSegment(2)],
    chunks: [],
    labels: labelmapFromDense(dense, dims),
  });
}

describe('pickRay', () => {
  it('names the nearest shown segment and the place half-way to its first voxel', () => {
    const viewer = viewerWith();
    // From the front, backwards through the middle: A falls. The sphere's radius is 34 mm, its centre at A 0.
    const hit = pickRay(viewer, [0, 200, 0], [0, -3, 0]);
    expect(hit?.segment).toBe('s1');
    expect(hit?.ras[1]).toBeCloseTo(35, 0);
    expect(hit?.distanceMm).toBeCloseTo(200 - (hit?.ras[1] ?? 0), 6);
    expect(pickRay(viewer, [0, 200, 100], [0, -1, 0])).toBeNull();
  });

  it('passes what is hidden', () => {
    const viewer = viewerWith();
    viewer.case.verbs.setVisible(['s1'], false);
    // The small sphere is at i = 12: R 16.
    const hit = pickRay(viewer, [16, 200, 0], [0, -1, 0]);
    expect(hit?.segment).toBe('s2');
    expect(hit?.ras[1]).toBeCloseTo(13, 0);
    viewer.case.verbs.setOpacity('s2', 0);
    expect(pickRay(viewer, [16, 200, 0], [0, -1, 0])).toBeNull();
  });

  it('looks through what is translucent only when asked', () => {
    const viewer = viewerWith();
    viewer.case.verbs.setOpacity('s1', 0.3);
    expect(pickRay(viewer, [16, 200, 0], [0, -1, 0])?.segment).toBe('s1');
    expect(pickRay(viewer, [16, 200, 0], [0, -1, 0], { throughTranslucent: true })?.segment).toBe('s2');
    expect(pickRay(viewer, [-20, 200, 0], [0, -1, 0], { throughTranslucent: true })?.segment).toBe('s1');
  });

  it('ends at a wall, and names what that cuts there', () => {
    const viewer = viewerWith();
    // At the middle of the small sphere, in the large one: R 16.
    const wall = { ras: [16, 0, 0], distanceMm: 200 } as const;
    const through = { throughTranslucent: true, wall: { ...wall, ras: [...wall.ras] as [number, number, number] } };
    const from = (options: object) => pickRay(viewer, [16, 200, 0], [0, -1, 0], options);
    expect(from({ wall: through.wall })?.distanceMm).toBeLessThan(180);
    expect(from(through)?.segment).toBe('s1');
    // Of glass it gives way to what the wall shows.
    viewer.case.verbs.setOpacity('s1', 0.3);
    viewer.case.verbs.setOpacity('s2', 0.3);
    expect(from(through)).toEqual({ segment: expect.stringMatching(/^s[12]$/), ...through.wall });
    // Where the wall shows nothing that has a name, the glass before it is met; nothing that stands behind it is.
    const before = { throughTranslucent: true, wall: { ras: [16, 60, 0], distanceMm: 140 } };
    expect(from(before)).toBeNull();
    viewer.case.verbs.setOpacity('s1', 1);
    expect(from(before)).toBeNull();
    expect(from({ wall: before.wall })).toBeNull();
  });

  it('meets the cut where a clip plane cuts, and nothing beyond it', () => {
    const viewer = viewerWith();
    viewer.view.verbs.set({ clip: { point: [0, 0, 0], normal: [0, -1, 0] } });
    const hit = pickRay(viewer, [0, 200, 0], [0, -1, 0]);
    expect(hit?.ras[1]).toBeCloseTo(0, 6);
    expect(hit?.distanceMm).toBeCloseTo(200, 6);
    // From behind the kept half is met as ever.
    expect(pickRay(viewer, [0, -200, 0], [0, 1, 0])?.ras[1]).toBeCloseTo(-35, 0);
    viewer.view.verbs.set({ clip: { point: [0, -60, 0], normal: [0, -1, 0] } });
    expect(pickRay(viewer, [0, 200, 0], [0, -1, 0])).toBeNull();
  });
});

describe('StageModel', () => {
  it('picks what its own projection shows, and tells the camera in RAS', () => {
    const viewer = viewerWith();
    const stage = new StageModel(viewer);
    const camera = new PerspectiveCamera();
    const canvas = { getBoundingClientRect: () => ({ left: 100, top: 50, right: 900, bottom: 650 }) };
    stage.attach(camera, new Scene(), canvas as unknown as HTMLCanvasElement, () => undefined);
    stage.resize(800, 600);
    stage.refresh();
    for (const view of ['front', 'left', 'top', 'three-quarter'] as const) {
      stage.desk.reducedMotion = true;
      stage.desk.lookFrom(view, 0);
      stage.step(camera, 0, 16);
      const { x, y } = stage.project([0, 0, 0]);
      const hit = stage.pickPage(x + 100, y + 50);
      expect(hit?.segment).toBe('s1');
      expect(Math.hypot(...(hit?.ras ?? [0, 0, 0]))).toBeGreaterThan(32);
      expect(Math.hypot(...(hit?.ras ?? [0, 0, 0]))).toBeLessThan(36.5);
      // The hit is on the near side, and under the pixel that was asked for.
      const facts = viewer.view.getState().camera;
      const towards = facts?.towardsRas ?? [0, 0, 0];
      expect(
        (hit?.ras ?? [0, 0, 0]).reduce((sum, value, axis) => sum + value * (towards[axis] as number), 0),
      ).toBeGreaterThan(30);
      const back = stage.project(hit?.ras ?? [0, 0, 0]);
      expect(back.x).toBeCloseTo(x, 2);
      expect(back.y).toBeCloseTo(y, 2);
    }
    stage.desk.lookFrom('front', 0);
    stage.step(camera, 0, 16);
    const facts = viewer.view.getState().camera;
    // From the front the patient's left is on the right of the picture.
    expect(facts?.rightRas[0]).toBeCloseTo(-1, 6);
    expect(facts?.upRas[2]).toBeCloseTo(1, 6);
    expect(facts?.towardsRas[1]).toBeCloseTo(1, 6);
    // At the depth of the middle of the scan, R 1 A 1 S −1.
    const a = stage.project([1, 1, -1]);
    const b = stage.project([-9, 1, -1]);
    expect((b.x - a.x) / 10).toBeCloseTo(facts?.pixelsPerMm ?? 0, 4);
    expect(stage.pickPage(50, 60)).toBeNull();
    expect(stage.pickPage(102, 52)).toBeNull();
  });

  it('shows the whole body again when its view changes size, until somebody turns it', () => {
    const viewer = viewerWith();
    const stage = new StageModel(viewer);
    const camera = new PerspectiveCamera();
    const canvas = { getBoundingClientRect: () => ({ left: 0, top: 0, right: 1, bottom: 1 }) };
    stage.attach(camera, new Scene(), canvas as unknown as HTMLCanvasElement, () => undefined);
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => [0, 1, 2].map((n) => ((c >> n) & 1 ? 30 : -30)));
    const mesh = {
      positions: new Float32Array(corners.flat()),
      normals: new Float32Array(corners.flat()),
      triangles: new Uint32Array([0, 1, 2, 5, 6, 7]),
    };
    const chunk = packChunk([{ slot: 1, mesh }], 'c', 'full');
    viewer.surfaces.setState({ chunks: new Map([['c', chunk]]), revision: 1 });
    // How near to its border the body comes: 1 is the border.
    const most = (width: number, height: number) => {
      stage.resize(width, height);
      stage.refresh();
      stage.step(camera, 0, 16);
      const places = corners.map(([r = 0, a = 0, s = 0]) => stage.project([r, a, s]));
      return Math.max(...places.flatMap(({ x, y }) => [Math.abs((2 * x) / width - 1), Math.abs((2 * y) / height - 1)]));
    };
    for (const [width, height] of [
      [390, 788],
      [390, 400],
      [1200, 300],
    ] as const) {
      expect(most(width, height)).toBeLessThan(0.92);
      expect(most(width, height)).toBeGreaterThan(0.72);
    }
    stage.desk.turn(40, 0);
    stage.desk.reducedMotion = true;
    stage.step(camera, 1000, 1000);
    const { distance } = stage.desk.orbit;
    most(390, 788);
    expect(stage.desk.orbit.distance).toBe(distance);
  });
});
