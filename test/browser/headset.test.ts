import { gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { Euler, Matrix4, Quaternion, Vector3 } from 'three';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type OpenPage, openPage, shown, startApp } from './app.ts';

let app: App;
let open: OpenPage;
beforeAll(async () => {
  app = await startApp();
  // Small and plain: a software renderer draws both eyes.
  open = await openPage(app, { headset: true, query: 'case=phantom:thorax', width: 320, height: 200 });
  await shown(open.page);
  // The fine surfaces first: nothing changes any more while pictures are compared.
  await open.page.waitForFunction(() => performance.getEntriesByName('full').length > 0, null, {
    timeout: 240_000,
    polling: 500,
  });
  await open.page.evaluate(() => {
    window.vesalius.on('hover', (hit) => {
      (window as unknown as { hovered: string | null }).hovered = hit?.segment ?? null;
    });
  });
  // Some organs: a software renderer draws every triangle for both eyes.
  await open.page.evaluate(async () => {
    for (const { id, name } of window.vesalius.case().segments) {
      const visible = /liver$|^right lung$|^left lung$|^sternum$|^left kidney$|^spleen$|^aorta$/.test(name);
      await window.vesalius.setSegment(id, { visible });
    }
  });
});
afterAll(async () => app?.close());

/** What the device knows of its surroundings: a table 0.7 m high that, once `tableMet` is set, every ray meets in one place. */
const giveTable = (): Promise<void> =>
  open.page.evaluate(() => {
    class Surroundings {
      readonly environmentCanvas = document.createElement('canvas');
      readonly trackedPlanes = new Set();
      readonly trackedMeshes = new Set();
      render(): void {}
      computeHitTestResults(): number[][] {
        return 'tableMet' in window ? [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.3, 0.7, -1.1, 1]] : [];
      }
    }
    (window.__xrDevice as unknown as { installSEM(maker: unknown): void }).installSEM(Surroundings);
  });

const frames = (count: number): Promise<void> =>
  open.page.evaluate(
    (n) =>
      new Promise<void>((resolve) => {
        const session = (window.__xrDevice.activeSession ?? window) as XRSession;
        let seen = 0;
        const next = () => (++seen >= n ? resolve() : void session.requestAnimationFrame(next));
        session.requestAnimationFrame(next);
      }),
    count,
  );
type Pose = { at: readonly [number, number, number]; turn?: readonly [number, number, number] };
const rotation = ({ turn = [0, 0, 0] }: Pose) => new Quaternion().setFromEuler(new Euler(...turn));
async function hand(side: 'left' | 'right', pose: Pose): Promise<void> {
  await open.page.evaluate(
    ([which, at, q]) => {
      const controller = window.__xrDevice.controllers[which];
      controller.position.set(at[0], at[1], at[2]);
      controller.quaternion.set(q[0], q[1], q[2], q[3]);
    },
    [side, pose.at, rotation(pose).toArray()] as const,
  );
}
async function button(side: 'left' | 'right', id: 'trigger' | 'squeeze', value: number): Promise<void> {
  await open.page.evaluate(([which, name, to]) => window.__xrDevice.controllers[which].updateButtonValue(name, to), [
    side,
    id,
    value,
  ] as const);
  await frames(2);
}
/** Headset and hands where a wearer has them who just stands there. */
async function stand(): Promise<void> {
  await open.page.evaluate(() => {
    window.__xrDevice.position.set(0, 1.6, 0);
    window.__xrDevice.quaternion.set(0, 0, 0, 1);
  });
  await hand('left', { at: [-0.6, 0.9, 0.3] });
  await hand('right', { at: [0.6, 0.9, 0.3] });
}
const model = async (): Promise<Matrix4> =>
  new Matrix4().fromArray(await open.page.evaluate(() => window.vesalius.xr().modelToRoom));
const middleRas = async (): Promise<Vector3> => {
  const { volumes } = await open.page.evaluate(() => ({ volumes: window.vesalius.case().volumes }));
  const { dims, rasFromIjk } = volumes[0] as { dims: readonly number[]; rasFromIjk: number[] };
  return new Vector3(...dims.map((size) => (size - 1) / 2)).applyMatrix4(new Matrix4().fromArray(rasFromIjk));
};
/** The grip of a controller is not where it points from; how they lie to each other is the device's. */
async function gripOf(side: 'left' | 'right'): Promise<Matrix4> {
  const m = await open.page.evaluate(
    (which) =>
      new Promise<number[]>((resolve) => {
        const session = window.__xrDevice.activeSession as XRSession;
        void session.requestReferenceSpace('local-floor').then((space) =>
          session.requestAnimationFrame((_now, frame) => {
            const source = [...session.inputSources].find(({ handedness }) => handedness === which);
            resolve([...(frame.getPose(source?.gripSpace as XRSpace, space)?.transform.matrix ?? [])]);
          }),
        );
      }),
    side,
  );
  return new Matrix4().fromArray(m);
}
function furthestMm(a: Matrix4, b: Matrix4, middle: Vector3): number {
  let most = 0;
  for (const offset of [-100, 100])
    for (const axis of [0, 1, 2]) {
      const point = middle.clone().setComponent(axis, middle.getComponent(axis) + offset);
      most = Math.max(most, 1000 * point.clone().applyMatrix4(a).distanceTo(point.applyMatrix4(b)));
    }
  return most;
}

/** What the session draws, read in the frame that drew it: the first picture that equals the one before it. */
async function picture(): Promise<PNG> {
  const url = await open.page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const session = (window.__xrDevice.activeSession ?? window) as XRSession;
        // The emulator adds canvases of its own; three signs the one that it draws on.
        const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-engine]');
        let last = '';
        let seen = 0;
        const next = () => {
          const now = canvas?.toDataURL() ?? '';
          if (seen > 2 && now === last) return resolve(now);
          if (++seen > 200) return reject(new Error('200 frames in turn, and no two of them alike'));
          last = now;
          session.requestAnimationFrame(next);
        };
        session.requestAnimationFrame(next);
      }),
  );
  return PNG.sync.read(Buffer.from(url.split(',')[1] ?? '', 'base64'));
}
/** Pixels of each half that differ, and where their middle is, in parts of the half's width. */
function changed(a: PNG, b: PNG): readonly Seen[] {
  const half = a.width / 2;
  return [0, half].map((from) => {
    let count = 0;
    let sum = 0;
    for (let y = 0; y < a.height; y++)
      for (let x = from; x < from + half; x++) {
        const n = 4 * (y * a.width + x);
        const apart =
          Math.abs((a.data[n] as number) - (b.data[n] as number)) +
          Math.abs((a.data[n + 1] as number) - (b.data[n + 1] as number)) +
          Math.abs((a.data[n + 2] as number) - (b.data[n + 2] as number));
        if (apart <= 24) continue;
        count++;
        sum += x - from;
      }
    return { count, share: count / (half * a.height), x: sum / count / half };
  });
}
const show = (ids: readonly string[], visible: boolean): Promise<void> =>
  open.page.evaluate(
    async ([which, to]) => {
      for (const id of which) await window.vesalius.setSegment(id, { visible: to });
    },
    [ids, visible] as const,
  );

/** The labels as the page writes them out: value at the voxel nearest to a point in RAS mm. */
async function labelsOfCase(): Promise<(ras: readonly number[]) => number> {
  const text = await open.page.evaluate(async () => {
    const bytes = new Uint8Array(await (await window.vesalius.export({ format: 'nifti' })).arrayBuffer());
    let binary = '';
    for (let n = 0; n < bytes.length; n += 32768) binary += String.fromCharCode(...bytes.subarray(n, n + 32768));
    return btoa(binary);
  });
  const packed = Buffer.from(text, 'base64');
  const file = packed[0] === 0x1f ? gunzipSync(packed) : packed;
  const dims = [1, 2, 3].map((n) => file.readInt16LE(40 + 2 * n)) as [number, number, number];
  const bytes = file.readInt16LE(72) / 8;
  const start = file.readFloatLE(108);
  const row = (n: number) => [0, 1, 2, 3].map((c) => file.readFloatLE(280 + 16 * n + 4 * c));
  const ijkFromRas = new Matrix4().set(...([...row(0), ...row(1), ...row(2), 0, 0, 0, 1] as FullMatrix)).invert();
  return (ras) => {
    const [i, j, k] = new Vector3(...ras).applyMatrix4(ijkFromRas).round().toArray();
    if (i < 0 || j < 0 || k < 0 || i >= dims[0] || j >= dims[1] || k >= dims[2]) return 0;
    const at = start + bytes * (i + dims[0] * (j + dims[1] * k));
    return bytes === 1 ? (file[at] as number) : file.readUInt16LE(at);
  };
}
type FullMatrix = Parameters<Matrix4['set']>;

// Two software-drawn eyes beside other work: slow, not stuck.
interface Seen {
  readonly count: number;
  readonly share: number;
  readonly x: number;
}

/** What the body covers in each eye's picture, by hiding it. The emulator gives the canvas its size in its own time. */
async function seenByEyes(tries = 3): Promise<[Seen, Seen]> {
  const whole = await picture();
  const { segments } = await open.page.evaluate(() => window.vesalius.case());
  const before = segments.filter(({ visible }) => visible).map(({ id }) => id);
  await show(before, false);
  const empty = await picture();
  await show(before, true);
  const seen = changed(whole, empty) as [Seen, Seen];
  const sizes = [whole, empty].map(({ width, height }) => `${width} × ${height}`);
  // Whole rows that differ are the same for both eyes to the last digit: of one of the two pictures they are not.
  if ((sizes[0] === sizes[1] && seen[0].x !== seen[1].x) || tries === 0) return seen;
  console.info(`taken again: ${sizes.join(', then ')}, ${JSON.stringify(seen)}`);
  return seenByEyes(tries - 1);
}

describe.each(['immersive-vr', 'immersive-ar'] as const)('%s', { timeout: 240_000 }, (mode) => {
  it('is entered and seen by both eyes', async () => {
    await stand();
    if (mode === 'immersive-ar') await giveTable();
    const desk = await model();
    await open.page.evaluate((which) => window.vesalius.enterXR(which), mode);
    await frames(4);
    expect(await open.page.evaluate(() => window.vesalius.stats().presenting)).toBe(true);
    expect(furthestMm(desk, await model(), await middleRas())).toBeGreaterThan(200);
    // Ahead at chest height; the liver, on the patient's right, to the wearer's left.
    const middle = (await middleRas()).applyMatrix4(await model());
    expect(middle.x).toBeCloseTo(0, 1);
    expect(middle.y).toBeGreaterThan(0.9);
    expect(middle.z).toBeLessThan(-0.6);
    expect(new Vector3(1, 0, 0).transformDirection(await model()).x).toBeLessThan(-0.99);
    const [left, right] = await seenByEyes();
    // The body, and not the whole picture: a backdrop that comes or goes changes all of it.
    for (const { count, share } of [left, right]) {
      expect(count).toBeGreaterThan(400);
      expect(share).toBeLessThan(0.7);
    }
    expect(Math.abs(left.count / right.count - 1)).toBeLessThan(0.3);
    // What is near lies farther right to the left eye.
    expect(left.x - right.x).toBeGreaterThan(0.005);
    expect(left.x - right.x).toBeLessThan(0.3);
  });

  it('follows one hand and two, exactly', async () => {
    const middle = await middleRas();
    const start = await model();
    const at = middle.clone().applyMatrix4(start);
    const from: Pose = { at: [at.x + 0.05, at.y, at.z], turn: [0.2, 0.1, 0] };
    const to: Pose = { at: [at.x - 0.1, at.y + 0.12, at.z + 0.05], turn: [-0.3, 0.6, 0.4] };
    await hand('right', from);
    await frames(2);
    await button('right', 'squeeze', 1);
    expect(furthestMm(start, await model(), middle)).toBeLessThan(1e-3);
    const gripFrom = await gripOf('right');
    await hand('right', to);
    await frames(2);
    const gripTo = await gripOf('right');
    const carried = gripTo.clone().multiply(gripFrom.clone().invert()).multiply(start);
    expect(furthestMm(carried, await model(), middle)).toBeLessThan(1);

    // The other hand joins: nothing jumps; then both draw apart and turn about each other.
    await hand('left', { at: [at.x - 0.3, at.y, at.z + 0.1] });
    await frames(2);
    await button('left', 'squeeze', 1);
    const joined = await model();
    expect(furthestMm(carried, joined, middle)).toBeLessThan(1);
    const [a0, b0] = [await gripOf('left'), await gripOf('right')].map((m) =>
      new Vector3().setFromMatrixPosition(m),
    ) as [Vector3, Vector3];
    await hand('left', { at: [at.x - 0.45, at.y - 0.15, at.z + 0.2] });
    await hand('right', { ...to, at: [at.x + 0.15, at.y + 0.3, at.z - 0.1] });
    await frames(2);
    const [a, b] = [await gripOf('left'), await gripOf('right')].map((m) => new Vector3().setFromMatrixPosition(m)) as [
      Vector3,
      Vector3,
    ];
    const both = await model();
    const ratio = a.distanceTo(b) / a0.distanceTo(b0);
    const scale = (m: Matrix4) => new Vector3().setFromMatrixScale(m).x;
    expect(scale(both) / scale(joined) / ratio).toBeCloseTo(1, 4);
    const toNow = both.clone().multiply(joined.clone().invert());
    for (const share of [0, 0.5, 1]) {
      const carriedPoint = a0.clone().lerp(b0, share).applyMatrix4(toNow);
      expect(1000 * carriedPoint.distanceTo(a.clone().lerp(b, share))).toBeLessThan(1);
    }
    // No roll but the hands' own, of which there was none.
    const axis0 = b0.clone().sub(a0).normalize();
    const want = new Quaternion().setFromUnitVectors(axis0, b.clone().sub(a).normalize());
    const got = new Quaternion().setFromRotationMatrix(new Matrix4().extractRotation(toNow));
    expect((want.angleTo(got) * 180) / Math.PI).toBeLessThan(0.2);
    await button('left', 'squeeze', 0);
    await button('right', 'squeeze', 0);
    expect(furthestMm(both, await model(), middle)).toBeLessThan(1e-3);
  });

  it('along a ray the model follows the hand one to one', async () => {
    const middle = await middleRas();
    const start = await model();
    const at = middle.clone().applyMatrix4(start);
    await hand('right', { at: [at.x, at.y, at.z + 0.6] });
    await hand('left', { at: [-0.6, 0.9, 0.5] });
    await frames(3);
    await button('right', 'squeeze', 1);
    await hand('right', { at: [at.x + 0.11, at.y - 0.07, at.z + 0.72] });
    await frames(2);
    await button('right', 'squeeze', 0);
    const want = new Matrix4().makeTranslation(0.11, -0.07, 0.12).multiply(start);
    expect(furthestMm(want, await model(), middle)).toBeLessThan(1);
  });

  it('twenty rays name what the labelmap holds there', async () => {
    const labels = await labelsOfCase();
    const shots = await open.page.evaluate(async () => {
      let state = 7;
      const random = () => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return state / 2147483648 - 0.5;
      };
      // The file numbers what is shown, in its order.
      const shownIds = window.vesalius.case().segments.flatMap(({ id, visible }) => (visible ? [id] : []));
      const made = [];
      for (let n = 0; made.length < 20 && n < 400; n++) {
        const origin: [number, number, number] = [random() * 120, random() > 0 ? 600 : -600, random() * 120];
        const direction: [number, number, number] = [random() * 0.1, -Math.sign(origin[1]), random() * 0.2];
        const hit = await window.vesalius.pick({ origin, direction });
        if (hit) made.push({ ras: hit.ras, direction, value: shownIds.indexOf(hit.segment) + 1 });
      }
      return made;
    });
    expect(shots).toHaveLength(20);
    const right = shots.filter(({ ras, direction, value }) => {
      // The voxel that the ray has just entered, or, on its very border, the next one.
      const length = Math.hypot(...direction);
      return [0.5, 1.5, 3].some(
        (mm) => labels(ras.map((x, axis) => x + (mm * (direction[axis] as number)) / length)) === value,
      );
    });
    expect(right.length).toBeGreaterThanOrEqual(19);
  });

  it('a trigger on the model chooses and leaves it where it is; hover says what is under the ray', async () => {
    const middle = await middleRas();
    const start = await model();
    // From 0.5 m before the model, straight ahead: a place where a structure is met.
    const at = middle.clone().applyMatrix4(start);
    const rasFromRoom = start.clone().invert();
    const places = Array.from({ length: 49 }, (_, n) =>
      at.clone().add(new Vector3(((n % 7) - 3) * 0.03, (Math.floor(n / 7) - 3) * 0.03, 0.5)),
    );
    const ahead = new Vector3(0, 0, -1).transformDirection(rasFromRoom).toArray();
    const met = await open.page.evaluate(
      async ([origins, direction]) => {
        for (const [n, origin] of origins.entries()) if (await window.vesalius.pick({ origin, direction })) return n;
        return -1;
      },
      [places.map((place) => place.clone().applyMatrix4(rasFromRoom).toArray()), ahead] as const,
    );
    expect(met).toBeGreaterThanOrEqual(0);
    const from = places[met] as Vector3;
    await hand('right', { at: [from.x, from.y, from.z] });
    await frames(4);
    expect(
      await open.page.evaluate(
        async ([origin, direction]) => (await window.vesalius.pick({ origin, direction }))?.segment,
        [from.clone().applyMatrix4(rasFromRoom).toArray(), ahead] as const,
      ),
    ).toBe(await open.page.evaluate(() => (window as unknown as { hovered: string | null }).hovered));
    const chosen = await open.page.evaluate(
      () =>
        new Promise((resolve) => {
          const { right } = window.__xrDevice.controllers;
          const session = window.__xrDevice.activeSession as XRSession;
          const press = () => {
            right.updateButtonValue('trigger', 1);
            session.requestAnimationFrame(() =>
              session.requestAnimationFrame(() => right.updateButtonValue('trigger', 0)),
            );
          };
          // What was chosen before is let go by the first press.
          const stop = window.vesalius.on('selection', (ids) => {
            if (ids.length === 0) {
              session.requestAnimationFrame(() =>
                session.requestAnimationFrame(() => session.requestAnimationFrame(press)),
              );
              return;
            }
            stop();
            resolve(ids);
          });
          press();
        }),
    );
    expect(chosen).toHaveLength(1);
    await frames(2);
    expect(furthestMm(start, await model(), middle)).toBeLessThan(1e-3);
  });

  if (mode === 'immersive-ar') {
    it('a table that the device knows takes the model; without one it floats', async () => {
      const start = await model();
      await open.page.evaluate(() => {
        (window as unknown as { tableMet: boolean }).tableMet = true;
      });
      // Away from model and panel.
      await hand('right', { at: [0.5, 1.2, 0], turn: [-0.4, -1.2, 0] });
      await frames(4);
      expect(furthestMm(start, await model(), await middleRas())).toBeLessThan(1e-3);
      await button('right', 'trigger', 1);
      await button('right', 'trigger', 0);
      const placed = await model();
      const up = new Vector3(0, 0, 1).transformDirection(placed);
      expect(up.y).toBeCloseTo(1, 5);
      // Over the place, standing on the table.
      const over = (await middleRas()).applyMatrix4(placed);
      expect(Math.hypot(over.x - 0.3, over.z + 1.1)).toBeLessThan(0.15);
      expect(over.y).toBeGreaterThan(0.75);
    });
  }

  it('leaves, and the desk is as it was', async () => {
    await open.page.evaluate(() => window.vesalius.exitXR());
    await open.page.waitForFunction(() => window.vesalius.xr().mode === 'none');
    expect(await open.page.evaluate(() => window.__xrDevice.activeSession ?? null)).toBeNull();
    expect(await open.page.evaluate(() => window.vesalius.stats().presenting)).toBe(false);
    const middle = (await middleRas()).applyMatrix4(await model());
    expect(middle.length()).toBeLessThan(1e-6);
  });
});

describe('what a headset asks and says', () => {
  it('nothing of another host, no fault', () => {
    expect(open.foreign).toEqual([]);
    expect(open.faults).toEqual([]);
  });
});
