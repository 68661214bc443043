import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Matrix4, PerspectiveCamera, Vector3, type WebGLRenderer } from 'three';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VolumeHeader } from '#core/volume/volume.ts';
import { StageModel } from '#scene/StageModel.ts';
import { createCaseStore } from '#state/caseStore.ts';
import { createSurfaceStore } from '#state/surfaceStore.ts';
import type { SurfaceChunk, Viewer } from '#state/viewer.ts';
import { createViewStore } from '#state/viewStore.ts';
import { RoomModel } from '#xr/RoomModel.ts';

const DIMS = [64, 64, 64] as const;
const CENTRE = [0, 0, 0] as const;
// 3 mm voxels about the origin; one segment fills a cube of 40 voxels.
const rasFromIjk = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, -94.5, -94.5, -94.5, 1];

/** A cube's surface as the scene would get it: its corners suffice for bounds. */
function cube(half: number): SurfaceChunk {
  const corners = Array.from({ length: 8 }, (_, n) => [0, 1, 2].map((axis) => ((n >> axis) & 1 ? half : -half)));
  return {
    id: 'cube',
    detail: 'full',
    place: Int16Array.from(corners.flatMap((corner) => [...corner, 1])),
    light: new Uint8Array(64),
    triangles: Uint32Array.from([0, 1, 2]),
    ranges: [{ slot: 1, start: 0, count: 3 }],
    centre: [...CENTRE],
    scale: 1,
  };
}

function makeViewer(): Viewer {
  let ids = 0;
  const store = createCaseStore({ newId: (kind) => `${kind}${++ids}`, now: () => 0 });
  const record = {
    id: 'v',
    name: 'cube',
    dims: [...DIMS] as [number, number, number],
    timepoints: 1,
    spacing: [3, 3, 3] as [number, number, number],
    rasFromIjk,
    modality: 'CT' as const,
    modalityGuessed: false,
    unit: 'HU',
    format: 'nifti',
    synthetic: true,
    seriesDescription: '',
    seriesDate: '',
    warnings: [],
    suvFactor: null,
    timesMs: null,
    overlay: null,
    placed: null,
  };
  store.putVolume('v', {} as VolumeHeader, null);
  store.verbs.open('cube', record, { level: 0, width: 100 }, [0, 0, 0]);
  // 2³ bricks of 32; the middle of every brick's inner side belongs to the cube.
  const bricks = Array.from({ length: 8 }, (_, brick) => {
    const labels = new Uint16Array(32 ** 3);
    for (let n = 0; n < labels.length; n++) {
      const at = [n & 31, (n >> 5) & 31, n >> 10].map((x, axis) => x + 32 * ((brick >> axis) & 1));
      if (at.every((x) => x >= 12 && x < 52)) labels[n] = 1;
    }
    return labels;
  });
  store.verbs.addLayer(
    { dims: [...DIMS], bricks } as never,
    [
      {
        name: 'cube',
        value: 1,
        color: '#cc8866',
        opacity: 1,
        visible: true,
        tissue: 'bone',
        group: 'yours',
        voxels: 64000,
        volumeMl: 1728,
        cutByEdge: false,
        madeBy: { method: 'hand', settings: {}, automatic: false },
        reviewed: false,
        code: null,
        isovalue: null,
      } as never,
    ],
    'history.segmented',
  );
  const surfaces = createSurfaceStore();
  surfaces.put(cube(60));
  const view = createViewStore({ get: () => null, set: () => undefined });
  return { case: store, view, surfaces, voxels: store.voxels } as unknown as Viewer;
}

/** A session whose hands are matrices that a test writes; poses are handed out without making anything. */
function makeSession() {
  const sources = (['left', 'right'] as const).map((handedness) => {
    const grip = {};
    const buttons = Array.from({ length: 6 }, () => ({ value: 0, pressed: false, touched: false }));
    return { handedness, targetRaySpace: grip, gripSpace: grip, gamepad: { buttons, axes: [0, 0, 0, 0] } };
  });
  const poses = new Map(sources.map(({ gripSpace }) => [gripSpace, { transform: { matrix: new Float32Array(16) } }]));
  const session = { inputSources: sources, addEventListener() {}, removeEventListener() {} } as unknown as XRSession;
  const frame = { getPose: (space: object) => poses.get(space) } as unknown as XRFrame;
  const pose = (side: 0 | 1, matrix: Matrix4) =>
    (
      poses.get((sources[side] as { gripSpace: object }).gripSpace) as { transform: { matrix: Float32Array } }
    ).transform.matrix.set(matrix.elements);
  const button = (side: 0 | 1, index: number, value: number) => {
    const held = sources[side]?.gamepad.buttons[index];
    if (held) held.value = value;
  };
  return { session, frame, pose, button };
}

let room: RoomModel;
let hands: ReturnType<typeof makeSession>;
let nowMs = 0;
const camera = new PerspectiveCamera();
camera.matrix.makeTranslation(0, 1.5, 0);
const gl = {
  xr: { getCamera: () => ({ cameras: [camera, camera] }), getReferenceSpace: () => null },
} as unknown as WebGLRenderer;
const step = (times = 1) => {
  for (let n = 0; n < times; n++) {
    nowMs += 14;
    room.step(hands.frame, {} as XRReferenceSpace, gl, nowMs);
  }
};
const at = (x: number, y: number, z: number) => new Matrix4().makeTranslation(x, y, z);
const away = (a: Matrix4, b: Matrix4) =>
  new Vector3(60, 60, 60).applyMatrix4(a).distanceTo(new Vector3(60, 60, 60).applyMatrix4(b));

beforeEach(() => {
  const viewer = makeViewer();
  const stage = new StageModel(viewer);
  viewer.view.verbs.set({ xr: 'immersive-vr' });
  stage.refresh();
  room = new RoomModel(viewer, stage);
  hands = makeSession();
  hands.pose(0, at(-0.6, 1, 0.3));
  hands.pose(1, at(0.6, 1, 0.3));
  room.begin(hands.session, 'immersive-vr');
  step();
});

describe('the room', () => {
  it('puts the model before the wearer and writes modelToRoom', () => {
    const middle = new Vector3(...CENTRE).applyMatrix4(room.stage.modelRoot.matrix);
    expect(middle.toArray().map((x) => Math.round(1000 * x) || 0)).toEqual([0, 1100, -800]);
    expect(room.scale).toBeCloseTo(0.6 / 0.12, 6);
  });

  it('grips within the model and along the ray, not elsewhere', () => {
    for (const [place, takes] of [
      [at(0, 1.1, -0.8), true],
      [at(0.1, 1.2, 0), true],
      [at(0.6, 1.9, 0), false],
    ] as const) {
      hands.pose(1, place);
      step(3);
      hands.button(1, 1, 1);
      step();
      expect(room.holding(1)).toBe(takes);
      hands.button(1, 1, 0);
      step();
      expect(room.holding(1)).toBe(false);
    }
  });

  it('a short press of the trigger chooses and moves nothing, a long one carries', () => {
    const start = room.grab.model.clone();
    hands.pose(1, at(0.02, 1.1, 0));
    step(4);
    hands.button(1, 0, 1);
    step();
    hands.pose(1, at(0.023, 1.101, 0));
    step(3);
    hands.button(1, 0, 0);
    step();
    expect(room.viewer.view.getState().selection).toHaveLength(1);
    expect(away(start, room.grab.model)).toBeLessThan(1e-12);
    hands.button(1, 0, 1);
    step();
    hands.pose(1, at(0.223, 1.101, 0.1));
    step(40);
    hands.button(1, 0, 0);
    step();
    expect(away(at(0.2, 0, 0.1).multiply(start), room.grab.model)).toBeLessThan(1e-6);
  });

  it('hovers within a frame, and says nothing while the model is held', () => {
    hands.pose(1, at(0, 1.1, 0));
    step(4);
    const id = room.viewer.case.getState().segments[0]?.id;
    expect(room.viewer.view.getState().hover?.segment).toBe(id);
    // From the hand to the cube's face: 0.8 less half of 0.6 m.
    expect(room.pointing.aims[1].distance).toBeCloseTo(0.5, 1);
    hands.button(1, 1, 1);
    step(2);
    expect(room.viewer.view.getState().hover).toBeNull();
  });

  it('life size stands where it stood and says 1', () => {
    const foot = () => new Vector3(0, 0, -60).applyMatrix4(room.grab.model);
    const before = foot();
    room.setScale(1);
    step();
    expect(room.scale).toBeCloseTo(1, 9);
    expect(foot().distanceTo(before)).toBeLessThan(1e-9);
    room.reset();
    expect(room.scale).toBeCloseTo(5, 9);
  });

  it('what is worn on a hand is pressed by the other one only', () => {
    const pressed: number[] = [];
    room.pointing.targets.push({
      wornOn: 0,
      distance: () => Infinity,
      reach: () => -0.01,
      point() {},
      leave() {},
      press: (hand) => void pressed.push(hand.side),
      drag() {},
      release() {},
      scroll() {},
    });
    step(3);
    expect(pressed).toEqual([1]);
  });

  it('three hundred frames of moving and holding leave the heap as it was', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const pose = new Matrix4();
    const run = (frames: number) => {
      for (let n = 0; n < frames; n++) {
        pose.makeRotationY(0.3 * Math.sin(n / 20)).setPosition(0.1 * Math.sin(n / 9), 1.1, -0.4);
        hands.pose(1, pose);
        hands.button(1, 1, n % 100 < 70 ? 1 : 0);
        step();
      }
    };
    const grown = () => {
      gc();
      const before = process.memoryUsage().heapUsed;
      run(300);
      gc();
      return process.memoryUsage().heapUsed - before;
    };
    run(300);
    // What frames leave behind, all runs leave behind; what the engine compiles meanwhile is in one of them.
    expect(Math.min(grown(), grown(), grown())).toBeLessThan(64 * 1024);
  });
});
