import { useFrame, useThree } from '@react-three/fiber';
import { useXRStore } from '@react-three/xr';
import { useEffect } from 'react';
import { VesaliusError } from '#core/errors.ts';
import { lightRoom } from './lightRoom.ts';
import { keepPicture } from './lostPicture.ts';
import type { RoomModel } from './RoomModel.ts';

/** Before anything else of a frame moves, after the session's own state is read. */
const BEFORE_ALL = -100;

/** Puts the room into the view and steps it in each frame of a session. */
export function HeadsetRoom({ room }: { readonly room: RoomModel }) {
  const invalidate = useThree((state) => state.invalidate);
  const gl = useThree((state) => state.gl);
  const get = useThree((state) => state.get);
  const canvas = gl.domElement;
  const store = useXRStore();
  useFrame((state, _sinceSeconds, frame) => {
    if (!frame || !room.mode) return;
    const space = state.gl.xr.getReferenceSpace();
    if (!space) return;
    // The library keeps a session's events for pointers of its own, which we have none of: they would pile up.
    const { inputSourceStates } = store.getState();
    for (let n = 0; n < inputSourceStates.length; n++) {
      const events = inputSourceStates[n]?.events as XRInputSourceEvent[] | undefined;
      if (events && events.length > 0) events.length = 0;
    }
    lightRoom(state.scene, room);
    room.step(frame as XRFrame, space, state.gl, performance.now());
  }, BEFORE_ALL);
  useEffect(() => {
    room.canvas = canvas;
    invalidate();
    return () => {
      room.canvas = null;
    };
  }, [room, canvas, invalidate]);
  useEffect(() => {
    // The size that three goes back to at the end is then that of the headset: the desk's own is set again.
    const resize = () => {
      gl.xr.removeEventListener('sessionend', resize);
      const { size, viewport } = get();
      gl.setPixelRatio(viewport.dpr);
      gl.setSize(size.width, size.height, false);
      invalidate();
    };
    const stop = keepPicture(gl, {
      renewed() {
        room.locomotion.rebase(gl);
        gl.xr.addEventListener('sessionend', resize);
      },
      gone(reason) {
        void gl.xr.getSession()?.end();
        tellGone(room, reason);
      },
    });
    return () => {
      stop();
      gl.xr.removeEventListener('sessionend', resize);
    };
  }, [room, gl, get, invalidate]);
  return <primitive object={room.group} dispose={null} />;
}

/** On the desk, where the wearer is then. */
function tellGone({ viewer }: RoomModel, got: string): void {
  const lost = new VesaliusError({
    code: 'xr',
    what: 'headset',
    where: 'picture',
    expected: 'a graphics context',
    got,
  });
  viewer.jobs.verbs.run('error.headsetLost', '', () => Promise.reject(lost)).catch(() => undefined);
}
