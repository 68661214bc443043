// A wearer of the emulated headset: head, controllers and bare hands as a test moves them, and what the page says of the model.
import type { Page } from 'playwright-core';
import { Matrix4, Vector3 } from 'three';
import { frames as framesOf } from '../frames.ts';
import { type Pose, placeOf, rotation } from './poses.ts';

type SideName = 'left' | 'right';

export type Wearer = ReturnType<typeof makeWearer>;
export function makeWearer(page: Page) {
  const frames = (count: number) => framesOf(page, count);
  const place = (kind: 'controllers' | 'hands', side: SideName, pose: Pose): Promise<void> =>
    page.evaluate(
      ([what, which, at, q]) => {
        const input = window.__xrDevice[what][which];
        input.position.set(...at);
        input.quaternion.set(...q);
      },
      [kind, side, pose.at, rotation(pose).toArray()] as const,
    );

  /** A controller. */
  const hand = (side: SideName, pose: Pose) => place('controllers', side, pose);
  /** A hand without a controller. */
  const bareHand = (side: SideName, pose: Pose) => place('hands', side, pose);

  const head = (pose: Pose): Promise<void> =>
    page.evaluate(
      ([at, q]) => {
        window.__xrDevice.position.set(...at);
        window.__xrDevice.quaternion.set(...q);
      },
      [pose.at, rotation(pose).toArray()] as const,
    );

  async function button(side: SideName, id: 'trigger' | 'squeeze', value: number): Promise<void> {
    await page.evaluate(([which, name, to]) => window.__xrDevice.controllers[which].updateButtonValue(name, to), [
      side,
      id,
      value,
    ] as const);
    await frames(2);
  }
  async function stick(side: SideName, x: number, y: number): Promise<void> {
    await page.evaluate(([which, ...to]) => window.__xrDevice.controllers[which].updateAxes('thumbstick', ...to), [
      side,
      x,
      y,
    ] as const);
    await frames(2);
  }
  async function pinch(side: SideName, value: number): Promise<void> {
    await page.evaluate(([which, to]) => window.__xrDevice.hands[which].updatePinchValue(to), [side, value] as const);
    await frames(2);
  }
  /** Lays the controllers down, or takes them up again. */
  async function inputs(mode: 'controller' | 'hand'): Promise<void> {
    await page.evaluate((which) => {
      window.__xrDevice.primaryInputMode = which;
    }, mode);
    await frames(3);
  }

  /** Headset and hands where a wearer has them who just stands there. */
  async function stand(): Promise<void> {
    await head({ at: [0, 1.6, 0] });
    for (const [side, x] of [
      ['left', -0.6],
      ['right', 0.6],
    ] as const) {
      await hand(side, { at: [x, 0.9, 0.3] });
      await bareHand(side, { at: [x, 0.9, 0.3] });
    }
  }

  const model = async (): Promise<Matrix4> =>
    new Matrix4().fromArray(await page.evaluate(() => window.vesalius.xr().modelToRoom));
  const middleRas = async (): Promise<Vector3> => {
    const { volumes } = await page.evaluate(() => ({ volumes: window.vesalius.case().volumes }));
    const { dims, rasFromIjk } = volumes[0] as { dims: readonly number[]; rasFromIjk: number[] };
    return new Vector3(...dims.map((size) => (size - 1) / 2)).applyMatrix4(new Matrix4().fromArray(rasFromIjk));
  };

  /** Where WebXR has a controller's grip or joints of a hand; how they lie to what points is the device's. */
  async function spaces(side: SideName, joints: readonly XRHandJoint[] = []): Promise<readonly Matrix4[]> {
    const found = await page.evaluate(
      ([which, names]) =>
        new Promise<number[][]>((resolve) => {
          const session = window.__xrDevice.activeSession as XRSession;
          void session.requestReferenceSpace('local-floor').then((space) =>
            session.requestAnimationFrame((_now, frame) => {
              const source = [...session.inputSources].find(({ handedness }) => handedness === which);
              const poses = names.length
                ? names.map((name) => frame.getJointPose?.(source?.hand?.get(name) as XRJointSpace, space))
                : [frame.getPose(source?.gripSpace as XRSpace, space)];
              resolve(poses.map((pose) => [...(pose?.transform.matrix ?? [])]));
            }),
          );
        }),
      [side, joints] as const,
    );
    return found.map((m) => new Matrix4().fromArray(m));
  }
  const gripOf = async (side: SideName) => (await spaces(side))[0] as Matrix4;
  /** Between thumb and forefinger. */
  async function pinchOf(side: SideName): Promise<Vector3> {
    const [finger, thumb] = (await spaces(side, ['index-finger-tip', 'thumb-tip'])).map(placeOf) as [Vector3, Vector3];
    return finger.add(thumb).multiplyScalar(0.5);
  }

  return {
    frames,
    hand,
    bareHand,
    button,
    stick,
    pinch,
    inputs,
    stand,
    model,
    middleRas,
    gripOf,
    pinchOf,
  };
}
