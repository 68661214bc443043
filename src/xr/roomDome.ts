import { BackSide, Color, Mesh, ShaderMaterial, SphereGeometry, Vector3 } from 'three';
import { dither } from '#scene/arena/shaders.ts';
import type { RoomModel } from './RoomModel.ts';
import type { RoomPart } from './roomPart.ts';

/** Metres; within the far plane, beyond all that is touched. */
const RADIUS = 9;

/**
 * Floor, horizon and sky of the virtual room as one dome, drawn first: a soft dark floor at y = 0 with a fine grid of 0.25 m
 * that fades by 3 m from the wearer, and a dim horizon. One draw call; the floor is met by the ray of each pixel, so it is
 * sharp and in its place for both eyes. Not in AR.
 */
export function makeRoomDome(): RoomPart {
  const geometry = new SphereGeometry(RADIUS, 24, 12);
  const uniforms = {
    /** Where the wearer stands: the grid fades from there. */
    uStand: { value: new Vector3() },
    uZenith: { value: new Color('#0f1417') },
    uHorizon: { value: new Color('#262e34') },
    uFloor: { value: new Color('#1a2024') },
    uLine: { value: new Color('#4c5962') },
  };
  const material = new ShaderMaterial({
    name: 'room-dome',
    uniforms,
    vertexShader: /* glsl */ `
varying vec3 vWorld;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.);
  vWorld = world.xyz;
  gl_Position = projectionMatrix * viewMatrix * world;
}`,
    fragmentShader: /* glsl */ `
uniform vec3 uStand;
uniform vec3 uZenith;
uniform vec3 uHorizon;
uniform vec3 uFloor;
uniform vec3 uLine;
varying vec3 vWorld;
${dither}
float lines(vec2 place, vec2 blur, float every, float width) {
  vec2 q = abs(fract(place / every - .5) - .5) * every;
  vec2 line = 1. - smoothstep(vec2(width), vec2(width) + blur, q);
  // A line thinner than a pixel is as faint as it is thin.
  line *= clamp(vec2(width * 2.) / blur, 0., 1.);
  return max(line.x, line.y);
}
void main() {
  vec3 way = normalize(vWorld - cameraPosition);
  vec3 color = mix(uHorizon, uZenith, smoothstep(0., .75, way.y));
  float down = max(-way.y, 1e-4);
  vec2 place = cameraPosition.xz + way.xz * (max(cameraPosition.y, .05) / down);
  vec2 blur = fwidth(place) + 1e-5;
  if (way.y < 0.) {
    float away = length(place - uStand.xz);
    float shown = 1. - smoothstep(.6, 3., away);
    color = mix(uHorizon, uFloor, (1. - smoothstep(1.2, 9., away)) * smoothstep(0., .05, -way.y));
    float grid = max(.5 * lines(place, blur, .25, .0014), lines(place, blur, 1., .0022));
    color = mix(color, uLine, grid * shown * .7);
  }
  gl_FragColor = vec4(color, 1.);
  #include <colorspace_fragment>
  gl_FragColor.rgb = dithered(gl_FragColor.rgb);
}`,
    side: BackSide,
    depthTest: false,
    depthWrite: false,
    toneMapped: false,
  });
  const mesh = new Mesh(geometry, material);
  mesh.name = 'room-dome';
  mesh.renderOrder = -1000;
  mesh.frustumCulled = false;
  mesh.raycast = () => undefined;
  return {
    object: mesh,
    step(room: RoomModel) {
      mesh.visible = room.mode === 'immersive-vr';
      mesh.position.copy(room.headPosition);
      uniforms.uStand.value.copy(room.headPosition);
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}
