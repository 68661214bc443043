import { useFrame, useThree } from '@react-three/fiber';
import { useXRStore } from '@react-three/xr';
import { useEffect } from 'react';
import { lightRoom } from './lightRoom.ts';
import type { RoomModel } from './RoomModel.ts';

/** Before anything else of a frame moves, after the session's own state is read. */
const BEFORE_ALL = -100;

/** Puts the room into the view and steps it in each frame of a session. */
export function HeadsetRoom({ room }: { readonly room: RoomModel }) {
  const invalidate = useThree((state) => state.invalidate);
  const canvas = useThree((state) => state.gl.domElement);
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
  return <primitive object={room.group} dispose={null} />;
}
