import { createXRStore } from '@react-three/xr';
import { VesaliusError } from '#core/errors.ts';
import { ControllerModel, HandModel } from './inputModels.tsx';

export type XRStore = ReturnType<typeof createXRStore>;
export type XRMode = 'immersive-vr' | 'immersive-ar';

/** One per page. Models of controllers and hands come from our own origin; rays and grabs are our own, see RoomModel. */
export function makeXRStore(): XRStore {
  return createXRStore({
    emulate: false,
    offerSession: false,
    enterGrantedSession: false,
    baseAssetPath: new URL('xr-profiles/', document.baseURI).href,
    controller: ControllerModel,
    hand: HandModel,
    gaze: false,
    screenInput: false,
    transientPointer: false,
    domOverlay: false,
    meshDetection: false,
    planeDetection: false,
  });
}

/** Why a session did not start. `needs-gesture` is said of a SecurityError alone: the browser asks for a tap. */
export function sessionRefused(thrown: unknown): VesaliusError {
  if (thrown instanceof VesaliusError) return thrown;
  const { name, message } = thrown as Partial<Error>;
  const got = message || name || String(thrown);
  if (name === 'SecurityError') {
    return new VesaliusError({
      code: 'needs-gesture',
      what: 'headset',
      where: 'requestSession',
      expected: 'a tap or a key just before',
      got,
    });
  }
  if (name === 'NotSupportedError') {
    return new VesaliusError({
      code: 'no-headset',
      what: 'headset',
      where: 'requestSession',
      expected: 'a headset that can present this',
      got,
    });
  }
  return new VesaliusError({
    code: 'xr',
    what: 'headset',
    where: 'requestSession',
    expected: 'a session',
    got,
  });
}
