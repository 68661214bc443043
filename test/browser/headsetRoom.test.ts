// The room around the body in an emulated headset: bare hands, steps, and a picture that was lost.
import { type Matrix4, Vector3 } from 'three';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type OpenPage, openPage, startApp } from './app.ts';
import { changed, picture, seenByEyes } from './headset/eyes.ts';
import { structures, writeCase } from './headset/madeCase.ts';
import { degreesBetween, furthestMm, matrixOf, type Pose, placeOf, scaleOf } from './headset/poses.ts';
import { drawnFrom, listenIn, saidScale } from './headset/listening.ts';
import { makeWearer, type Wearer } from './headset/wearer.ts';

let app: App;
let open: OpenPage;
let wearer: Wearer;
beforeAll(async () => {
  app = await startApp();
  const [scan, labels] = writeCase();
  open = await openPage(app, {
    headset: true,
    inHeadset: listenIn,
    query: 'urls=/__data/made.nii',
    files: [scan, labels],
    width: 320,
    height: 200,
  });
  wearer = makeWearer(open.page);
  await open.page.evaluate(() => window.vesalius.open({ urls: ['/__data/made.seg.nrrd'] }));
  await open.page.evaluate(() => {
    // What a scan is opened with would cover the structures.
    const skin = window.vesalius.case().segments.filter(({ name }) => name === 'body');
    for (const { id } of skin) void window.vesalius.setSegment(id, { visible: false });
  });
});
afterAll(() => app?.close());

const segments = () => open.page.evaluate(() => window.vesalius.case().segments);
/** Of the picture in pixels, and of its place on the page. */
const canvasSize = () =>
  open.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-engine]') as HTMLCanvasElement;
    return [canvas.width, canvas.height, canvas.clientWidth, canvas.clientHeight];
  });
let desk: readonly number[];
const presenting = () => open.page.evaluate(() => window.vesalius.stats().presenting);

describe('a wearer in VR', { timeout: 240_000 }, () => {
  it('sees the body with both eyes in the whole window, however early the session was asked for', async () => {
    desk = await canvasSize();
    await wearer.stand();
    await open.page.evaluate(() => window.vesalius.enterXR('immersive-vr'));
    await wearer.frames(4);
    expect((await segments()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(structures.map(({ name }) => name)),
    );
    expect(await canvasSize()).toEqual([320, 200, 320, 200]);
    const [left, right] = await seenByEyes(open.page);
    expect(Math.min(left.count, right.count)).toBeGreaterThan(400);
    expect(left.x).toBeGreaterThan(right.x);
  });

  it('holds the body with one bare hand and with two', async () => {
    await wearer.inputs('hand');
    const middle = await wearer.middleRas();
    const start = await wearer.model();
    const at = middle.clone().applyMatrix4(start);
    const from: Pose = { at: [at.x + 0.05, at.y, at.z + 0.1], turn: [0.2, 0.1, 0] };
    const to: Pose = { at: [at.x - 0.1, at.y + 0.12, at.z + 0.15], turn: [-0.3, 0.6, 0.4] };
    await wearer.bareHand('right', from);
    await wearer.frames(2);
    await wearer.pinch('right', 1);
    expect(furthestMm(start, await wearer.model(), middle)).toBeLessThan(1e-3);
    await wearer.bareHand('right', to);
    await wearer.frames(2);
    // Rigid with the hand, whatever its fingers are.
    const carried = matrixOf(to).multiply(matrixOf(from).invert()).multiply(start);
    const held = await wearer.model();
    expect(furthestMm(carried, held, middle)).toBeLessThan(1);
    expect(degreesBetween(carried, held)).toBeLessThan(0.2);

    // Behind the panel, not at it.
    await wearer.bareHand('left', { at: [at.x - 0.3, at.y - 0.1, at.z + 0.05] });
    await wearer.frames(2);
    await wearer.pinch('left', 1);
    const joined = await wearer.model();
    expect(furthestMm(carried, joined, middle)).toBeLessThan(1);
    const pinches = async () => [await wearer.pinchOf('left'), await wearer.pinchOf('right')] as const;
    const [a0, b0] = await pinches();
    await wearer.bareHand('left', { at: [at.x - 0.42, at.y - 0.25, at.z + 0.15] });
    await wearer.bareHand('right', { ...to, at: [at.x + 0.15, at.y + 0.3, at.z] });
    await wearer.frames(2);
    const [a, b] = await pinches();
    const both = await wearer.model();
    expect(scaleOf(both) / scaleOf(joined) / (a.distanceTo(b) / a0.distanceTo(b0))).toBeCloseTo(1, 4);
    const toNow = both.clone().multiply(joined.clone().invert());
    for (const share of [0, 0.5, 1]) {
      const point = a0.clone().lerp(b0, share).applyMatrix4(toNow);
      expect(1000 * point.distanceTo(a.clone().lerp(b, share))).toBeLessThan(1);
    }
    for (const side of ['left', 'right'] as const) await wearer.pinch(side, 0);
    expect(furthestMm(both, await wearer.model(), middle)).toBeLessThan(1e-3);
    // And the room says how large it is now.
    expect(Math.abs((await saidScale(open.page)) / scaleOf(both) - 1)).toBeLessThan(0.05);
  });
});

describe('steps', { timeout: 240_000 }, () => {
  it('lands where the arc ends, and the body stays where it is', async () => {
    await wearer.inputs('controller');
    await wearer.stand();
    const start = await wearer.model();
    const middle = await wearer.middleRas();
    const pose: Pose = { at: [0.25, 1.2, -0.1], turn: [0.2, -0.5, 0] };
    await wearer.hand('right', pose);
    await wearer.frames(3);
    await wearer.stick('right', 0, -1);
    await wearer.stick('right', 0, 0);
    // A throw of 5 m/s under 9.8 m/s².
    const way = new Vector3(0, 0, -1).transformDirection(matrixOf(pose)).multiplyScalar(5);
    const seconds = (way.y + Math.sqrt(way.y ** 2 + 2 * 9.8 * pose.at[1])) / 9.8;
    const landing = new Vector3(...pose.at).addScaledVector(way, seconds);
    const eyes = placeOf(await drawnFrom(open.page));
    expect(Math.hypot(eyes.x - landing.x, eyes.z - landing.z)).toBeLessThan(0.01);
    expect(eyes.y).toBeCloseTo(1.6, 5);
    expect(furthestMm(start, await wearer.model(), middle)).toBeLessThan(1e-3);
  });

  it('turns by 22.5° about the wearer, once for each push', async () => {
    const from = await drawnFrom(open.page);
    await wearer.stick('left', 1, 0);
    await wearer.frames(4);
    const now = await drawnFrom(open.page);
    expect(degreesBetween(from, now)).toBeCloseTo(22.5, 3);
    expect(placeOf(now).distanceTo(placeOf(from))).toBeLessThan(1e-4);
    // To the right: what lay ahead lies to the left.
    const ahead = (m: Matrix4) => new Vector3().setFromMatrixColumn(m, 2).negate();
    expect(ahead(from).cross(ahead(now)).y).toBeLessThan(0);
    await wearer.stick('left', 0, 0);
  });
});

describe('a picture that was lost', { timeout: 240_000 }, () => {
  it('comes back to both eyes while the session runs on', async () => {
    await wearer.stand();
    await wearer.frames(3);
    const whole = await picture(open.page);
    const from = await drawnFrom(open.page);
    const ms = await open.page.evaluate(async () => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-engine]') as HTMLCanvasElement;
      const session = window.__xrDevice.activeSession as XRSession;
      const layer = session.renderState.baseLayer;
      const lose = canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context') as WEBGL_lose_context;
      const heard = (name: string) => new Promise((resolve) => canvas.addEventListener(name, resolve, { once: true }));
      const lost = heard('webglcontextlost');
      lose.loseContext();
      await lost;
      for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame);
      const start = performance.now();
      lose.restoreContext();
      // What the headset drew into is gone: WebXR wants a new layer.
      while (session.renderState.baseLayer === layer) await new Promise(requestAnimationFrame);
      await new Promise((resolve) => session.requestAnimationFrame(resolve));
      return window.__xrDevice.activeSession === session ? performance.now() - start : -1;
    });
    console.info(`a new layer is drawn into ${ms.toFixed(0)} ms after the context came back`);
    expect(ms).toBeGreaterThan(0);
    expect(await presenting()).toBe(true);
    const again = await picture(open.page);
    for (const { share } of changed(whole, again)) expect(share).toBeLessThan(0.002);
    expect(degreesBetween(from, await drawnFrom(open.page))).toBeLessThan(1e-3);
    expect(placeOf(from).distanceTo(placeOf(await drawnFrom(open.page)))).toBeLessThan(1e-5);
  });

  it('and the desk is as it was afterwards', async () => {
    await open.page.evaluate(() => window.vesalius.exitXR());
    await open.page.waitForFunction(() => window.vesalius.xr().mode === 'none');
    expect(await canvasSize()).toEqual(desk);
  });
});

describe('a wearer in AR', { timeout: 240_000 }, () => {
  it('walks, and does not step by the stick', async () => {
    await open.page.evaluate(() => window.vesalius.enterXR('immersive-ar'));
    await wearer.frames(4);
    const from = await drawnFrom(open.page);
    await wearer.hand('right', { at: [0.4, 1.2, -0.1], turn: [0.2, -0.8, 0] });
    await wearer.frames(3);
    await wearer.stick('right', 0, -1);
    await wearer.stick('right', 0, 0);
    await wearer.stick('left', 1, 0);
    await wearer.stick('left', 0, 0);
    expect(placeOf(await drawnFrom(open.page)).distanceTo(placeOf(from))).toBe(0);
    expect(degreesBetween(from, await drawnFrom(open.page))).toBe(0);
    await open.page.evaluate(() => window.vesalius.exitXR());
  });

  it('asks nothing of another host, and nothing fails', () => {
    expect(open.foreign).toEqual([]);
    // While a context is lost the emulator reads colours from it.
    expect(open.faults.filter((fault) => !/reading '0'/.test(fault))).toEqual([]);
  });
});
