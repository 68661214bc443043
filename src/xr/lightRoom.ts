import { Matrix4, type Scene } from 'three';
import type { RoomModel } from './RoomModel.ts';

const rig = new Matrix4();
const rotation = new Matrix4();
const lit = new WeakSet<object>();

/**
 * The sources that light the body stand as seen by whoever entered: key light from the upper left of the first look, whatever
 * the compass says. The stage lights a room for a wearer who looks along −z; this turns that by the yaw of the model's place.
 * Cheap to call in each frame.
 */
export function lightRoom(scene: Scene, room: RoomModel): void {
  if (lit.has(scene.onBeforeRender)) return;
  const stageBefore = scene.onBeforeRender;
  const before: Scene['onBeforeRender'] = (...drawn) => {
    stageBefore.apply(scene, drawn);
    if (!room.mode || room.yaw === 0) return;
    const { arena } = room.stage;
    rig.makeRotationY(-room.yaw);
    arena.uniforms.uRigFromWorld.value.setFromMatrix4(rig);
    rotation.extractRotation(arena.group.matrixWorld).premultiply(rig);
    arena.uniforms.uRigFromRas.value.setFromMatrix4(rotation);
  };
  lit.add(before);
  scene.onBeforeRender = before;
}
