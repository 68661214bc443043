import { BufferAttribute, BufferGeometry, Color, Mesh, ShaderMaterial } from 'three';
import { dither } from '#scene/arena/shaders.ts';

export type StageTheme = 'dark' | 'light' | 'contrast';

/** What stands behind the body, from the middle outwards; sRGB. */
const stages: Readonly<Record<StageTheme, readonly [string, string, string]>> = {
  dark: ['#2a343b', '#14191d', '#0b0d0f'],
  light: ['#f4f7f9', '#dfe6ea', '#cbd4da'],
  contrast: ['#000000', '#000000', '#000000'],
};

/** One triangle over the whole picture, drawn first; not tone mapped. */
export function makeBackdrop(): { mesh: Mesh; setTheme(theme: StageTheme): void; dispose(): void } {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
  const uniforms = { uMiddle: { value: new Color() }, uHalf: { value: new Color() }, uEdge: { value: new Color() } };
  const material = new ShaderMaterial({
    name: 'backdrop',
    uniforms,
    vertexShader: /* glsl */ `
varying vec2 vPlace;
void main() { vPlace = position.xy; gl_Position = vec4(position.xy, 1., 1.); }`,
    fragmentShader: /* glsl */ `
uniform vec3 uMiddle;
uniform vec3 uHalf;
uniform vec3 uEdge;
varying vec2 vPlace;
${dither}
void main() {
  float r = length(vPlace * vec2(.92, .8) + vec2(0., -.06));
  vec3 color = r < .55 ? mix(uMiddle, uHalf, smoothstep(0., .55, r)) : mix(uHalf, uEdge, smoothstep(.55, 1.25, r));
  gl_FragColor = vec4(color, 1.);
  #include <colorspace_fragment>
  gl_FragColor.rgb = dithered(gl_FragColor.rgb);
}`,
    depthTest: false,
    depthWrite: false,
    toneMapped: false,
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.renderOrder = -1000;
  mesh.raycast = () => undefined;
  mesh.name = 'backdrop';
  return {
    mesh,
    setTheme(theme) {
      const [middle, half, edge] = stages[theme];
      uniforms.uMiddle.value.set(middle);
      uniforms.uHalf.value.set(half);
      uniforms.uEdge.value.set(edge);
    },
    dispose() {
      geometry.dispose();
      material.dispose();
    },
  };
}
