// The body in an emulated headset, in VR and in AR: what is seen, held, pointed at and put down.
import { Matrix4, Quaternion, Vector3 } from 'three';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type OpenPage, openPage, shown, startApp } from './app.ts';
import { seenByEyes } from './headset/eyes.ts';
import { labelsOfCase } from './headset/labels.ts';
import { furthestMm, type Pose, placeOf, scaleOf } from './headset/poses.ts';
import { makeWearer, type Wearer } from './headset/wearer.ts';

let app: App;
let open: OpenPage;
let wearer: Wearer;
beforeAll(async () => {
  app = await startApp();
  // Small and plain: a software renderer draws both eyes.
  open = await openPage(app, { headset: true, query: 'case=phantom:thorax', width: 320, height: 200 });
  wearer = makeWearer(open.page);
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

// Two software-drawn eyes beside other work: slow, not stuck.
describe.each(['immersive-vr', 'immersive-ar'] as const)('%s', { timeout: 240_000 }, (mode) => {
  it('is entered and seen by both eyes', async () => {
    await wearer.stand();
    if (mode === 'immersive-ar') await giveTable();
    const desk = await wearer.model();
    await open.page.evaluate((which) => window.vesalius.enterXR(which), mode);
    await wearer.frames(4);
    expect(await open.page.evaluate(() => window.vesalius.stats().presenting)).toBe(true);
    expect(furthestMm(desk, await wearer.model(), await wearer.middleRas())).toBeGreaterThan(200);
    // Ahead at chest height; the liver, on the patient's right, to the wearer's left.
    const middle = (await wearer.middleRas()).applyMatrix4(await wearer.model());
    expect(middle.x).toBeCloseTo(0, 1);
    expect(middle.y).toBeGreaterThan(0.9);
    expect(middle.z).toBeLessThan(-0.6);
    expect(new Vector3(1, 0, 0).transformDirection(await wearer.model()).x).toBeLessThan(-0.99);
    const [left, right] = await seenByEyes(open.page);
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
    const middle = await wearer.middleRas();
    const start = await wearer.model();
    const at = middle.clone().applyMatrix4(start);
    const from: Pose = { at: [at.x + 0.05, at.y, at.z], turn: [0.2, 0.1, 0] };
    const to: Pose = { at: [at.x - 0.1, at.y + 0.12, at.z + 0.05], turn: [-0.3, 0.6, 0.4] };
    await wearer.hand('right', from);
    await wearer.frames(2);
    await wearer.button('right', 'squeeze', 1);
    expect(furthestMm(start, await wearer.model(), middle)).toBeLessThan(1e-3);
    const gripFrom = await wearer.gripOf('right');
    await wearer.hand('right', to);
    await wearer.frames(2);
    const gripTo = await wearer.gripOf('right');
    const carried = gripTo.clone().multiply(gripFrom.clone().invert()).multiply(start);
    expect(furthestMm(carried, await wearer.model(), middle)).toBeLessThan(1);

    // The other hand joins: nothing jumps; then both draw apart and turn about each other.
    await wearer.hand('left', { at: [at.x - 0.3, at.y, at.z + 0.1] });
    await wearer.frames(2);
    await wearer.button('left', 'squeeze', 1);
    const joined = await wearer.model();
    expect(furthestMm(carried, joined, middle)).toBeLessThan(1);
    const [a0, b0] = [await wearer.gripOf('left'), await wearer.gripOf('right')].map(placeOf) as [Vector3, Vector3];
    await wearer.hand('left', { at: [at.x - 0.45, at.y - 0.15, at.z + 0.2] });
    await wearer.hand('right', { ...to, at: [at.x + 0.15, at.y + 0.3, at.z - 0.1] });
    await wearer.frames(2);
    const [a, b] = [await wearer.gripOf('left'), await wearer.gripOf('right')].map(placeOf) as [Vector3, Vector3];
    const both = await wearer.model();
    const ratio = a.distanceTo(b) / a0.distanceTo(b0);
    expect(scaleOf(both) / scaleOf(joined) / ratio).toBeCloseTo(1, 4);
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
    await wearer.button('left', 'squeeze', 0);
    await wearer.button('right', 'squeeze', 0);
    expect(furthestMm(both, await wearer.model(), middle)).toBeLessThan(1e-3);
  });

  it('along a ray the model follows the hand one to one', async () => {
    const middle = await wearer.middleRas();
    const start = await wearer.model();
    const at = middle.clone().applyMatrix4(start);
    await wearer.hand('right', { at: [at.x, at.y, at.z + 0.6] });
    await wearer.hand('left', { at: [-0.6, 0.9, 0.5] });
    await wearer.frames(3);
    await wearer.button('right', 'squeeze', 1);
    await wearer.hand('right', { at: [at.x + 0.11, at.y - 0.07, at.z + 0.72] });
    await wearer.frames(2);
    await wearer.button('right', 'squeeze', 0);
    const want = new Matrix4().makeTranslation(0.11, -0.07, 0.12).multiply(start);
    expect(furthestMm(want, await wearer.model(), middle)).toBeLessThan(1);
  });

  it('twenty rays name what the labelmap holds there', async () => {
    const labels = await labelsOfCase(open.page);
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
    const middle = await wearer.middleRas();
    const start = await wearer.model();
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
    await wearer.hand('right', { at: [from.x, from.y, from.z] });
    await wearer.frames(4);
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
    await wearer.frames(2);
    expect(furthestMm(start, await wearer.model(), middle)).toBeLessThan(1e-3);
  });

  if (mode === 'immersive-ar') {
    it('a table that the device knows takes the model; without one it floats', async () => {
      const start = await wearer.model();
      await open.page.evaluate(() => {
        (window as unknown as { tableMet: boolean }).tableMet = true;
      });
      // Away from model and panel.
      await wearer.hand('right', { at: [0.5, 1.2, 0], turn: [-0.4, -1.2, 0] });
      await wearer.frames(4);
      expect(furthestMm(start, await wearer.model(), await wearer.middleRas())).toBeLessThan(1e-3);
      await wearer.button('right', 'trigger', 1);
      await wearer.button('right', 'trigger', 0);
      const placed = await wearer.model();
      const up = new Vector3(0, 0, 1).transformDirection(placed);
      expect(up.y).toBeCloseTo(1, 5);
      // Over the place, standing on the table.
      const over = (await wearer.middleRas()).applyMatrix4(placed);
      expect(Math.hypot(over.x - 0.3, over.z + 1.1)).toBeLessThan(0.15);
      expect(over.y).toBeGreaterThan(0.75);
    });
  }

  it('leaves, and the desk is as it was', async () => {
    await open.page.evaluate(() => window.vesalius.exitXR());
    await open.page.waitForFunction(() => window.vesalius.xr().mode === 'none');
    expect(await open.page.evaluate(() => window.__xrDevice.activeSession ?? null)).toBeNull();
    expect(await open.page.evaluate(() => window.vesalius.stats().presenting)).toBe(false);
    const middle = (await wearer.middleRas()).applyMatrix4(await wearer.model());
    expect(middle.length()).toBeLessThan(1e-6);
  });
});

describe('what a headset asks and says', () => {
  it('nothing of another host, no fault', () => {
    expect(open.foreign).toEqual([]);
    expect(open.faults).toEqual([]);
  });
});
