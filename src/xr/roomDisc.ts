import { Matrix4, Mesh, PlaneGeometry, ShaderMaterial, Vector2, Vector3 } from 'three';
import { dither } from '#scene/arena/shaders.ts';
import { boundsOf } from '#scene/arena/slotFacts.ts';
import type { RoomModel } from './RoomModel.ts';
import type { RoomPart } from './roomPart.ts';

/** Share of the model's largest side. */
const RADIUS_SHARE = 0.9;
/** The disc lies this far below the lowest point, in parts of the model. */
const GAP = 0.004;

/**
 * The faint disc that the model stood on last, with the contact shadow of the body above it. The shadow is that which was baked
 * for the desk; it goes with the model while that stands upright near the disc, and fades as it is lifted or tilted. In AR there
 * is no disc, the shadow alone lies on the table.
 */
export function makeRoomDisc(room: RoomModel): RoomPart {
  const geometry = new PlaneGeometry(2, 2).rotateX(-Math.PI / 2);
  const desk = (room.stage.disc.mesh.material as ShaderMaterial).uniforms;
  const uniforms = {
    // The stage's own shadow, kept up to date there; half its side in metres of the patient.
    uContact: desk.uContact as { value: unknown },
    uHalf: desk.uHalf as { value: number },
    uMiddle: desk.uMiddle as { value: unknown },
    uRim: desk.uRim as { value: unknown },
    uAccent: desk.uAccent as { value: unknown },
    uStrength: { value: 0 },
    uShadowOnly: { value: 0 },
    uRasFromWorld: { value: new Matrix4() },
    /** R and A of the middle of the shadow, mm. */
    uCentre: { value: new Vector2() },
  };
  const material = new ShaderMaterial({
    name: 'room-disc',
    uniforms,
    vertexShader: /* glsl */ `
uniform mat4 uRasFromWorld;
varying vec2 vPlace;
varying vec2 vRas;
void main() {
  vPlace = position.xz;
  vec4 world = modelMatrix * vec4(position, 1.);
  vRas = (uRasFromWorld * world).xy;
  gl_Position = projectionMatrix * viewMatrix * world;
}`,
    fragmentShader: /* glsl */ `
uniform sampler2D uContact;
uniform float uHalf;
uniform vec3 uMiddle;
uniform vec3 uRim;
uniform vec3 uAccent;
uniform float uStrength;
uniform float uShadowOnly;
uniform vec2 uCentre;
varying vec2 vPlace;
varying vec2 vRas;
${dither}
void main() {
  float r = length(vPlace);
  float blur = fwidth(r);
  if (r > 1. + blur) discard;
  // Right of the shadow's picture is the patient's left, up in it is towards the back.
  vec2 place = vec2(uCentre.x - vRas.x, uCentre.y - vRas.y) / (uHalf * 1000.);
  float open = 1.;
  float side = max(abs(place.x), abs(place.y));
  if (side < 1.) open = mix(1., texture2D(uContact, .5 + .5 * place).r, 1. - smoothstep(.8, 1., side));
  open = mix(1., open, uStrength);
  if (uShadowOnly > .5) {
    gl_FragColor = vec4(0., 0., 0., .9 * (1. - pow(open, 1.6)) * (1. - smoothstep(.7, 1., r)));
    return;
  }
  vec3 color = mix(uMiddle, uRim, smoothstep(.1, 1., r)) * (.06 + .94 * pow(open, 1.5));
  float ring = 1. - smoothstep(0., .003 + blur, abs(r - .993));
  color = mix(color, uAccent, ring * .22);
  gl_FragColor = vec4(color, 1. - smoothstep(1. - blur, 1. + blur, r));
  #include <colorspace_fragment>
  gl_FragColor.rgb = dithered(gl_FragColor.rgb);
}`,
    transparent: true,
    depthWrite: false,
    toneMapped: false,
  });
  const mesh = new Mesh(geometry, material);
  mesh.name = 'room-disc';
  mesh.renderOrder = -900;
  mesh.frustumCulled = false;
  mesh.raycast = () => undefined;
  let placed = -1;
  let box: unknown = null;

  /** Under the model where it was put down. */
  function lay(): void {
    const shown = room.box;
    if (!shown) return;
    const { low, high } = shown;
    const perMm = room.home.getMaxScaleOnAxis();
    const side = Math.max(high[0] - low[0], high[1] - low[1], high[2] - low[2]) * perMm;
    foot.set((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]).applyMatrix4(room.home);
    mesh.position.set(foot.x, foot.y - GAP * side, foot.z);
    mesh.scale.set(side * RADIUS_SHARE, 1, side * RADIUS_SHARE);
    const { facts } = room.stage.arena;
    const all = boundsOf(facts, facts.keys()) ?? shown;
    uniforms.uCentre.value.set((all.low[0] + all.high[0]) / 2, (all.low[1] + all.high[1]) / 2);
  }

  return {
    object: mesh,
    step() {
      if (placed !== room.placedSerial || box !== room.box) {
        placed = room.placedSerial;
        box = room.box;
        lay();
      }
      mesh.visible = room.box !== null && placed > 0;
      const model = room.grab.model;
      uniforms.uRasFromWorld.value.copy(model).invert();
      uniforms.uShadowOnly.value = room.mode === 'immersive-ar' ? 1 : 0;
      if (!room.box) return;
      const perMm = model.getMaxScaleOnAxis();
      foot.set(0, 0, 1).transformDirection(model);
      const upright = smooth(0.9, 0.995, foot.y);
      const { low, high } = room.box;
      foot.set((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]).applyMatrix4(model);
      const lifted = Math.abs(foot.y - mesh.position.y) / (0.5 * (high[2] - low[2]) * perMm);
      uniforms.uStrength.value = upright * (1 - smooth(0.05, 1, lifted));
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}

function smooth(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

const foot = new Vector3();
