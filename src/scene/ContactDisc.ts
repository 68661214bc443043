import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  LinearFilter,
  Mesh,
  RedFormat,
  ShaderMaterial,
} from 'three';
import { dither } from '#scene/arena/shaders.ts';
import type { StageTheme } from './backdrop.ts';

/** Openness of the floor above each of size × size places, 255 = nothing over it; square, x to the right, y away from the viewer. */
export interface ContactShadow {
  readonly size: number;
  readonly openness: Uint8Array<ArrayBuffer>;
  /** Metres from the middle to each side. */
  readonly half: number;
}

const themes: Readonly<
  Record<
    StageTheme,
    {
      middle: readonly [number, number, number];
      rim: readonly [number, number, number];
      accent: string;
      accentShare: number;
    }
  >
> = {
  dark: { middle: [0.026, 0.031, 0.036], rim: [0.017, 0.0215, 0.026], accent: '#4cc2ff', accentShare: 0.22 },
  light: { middle: [0.72, 0.76, 0.79], rim: [0.62, 0.67, 0.7], accent: '#00659e', accentShare: 0.3 },
  contrast: { middle: [0, 0, 0], rim: [0, 0, 0], accent: '#ffe600', accentShare: 0.6 },
};

/** The faint disc under the body, with the shadow of what stands over it. Lies in the xz plane of its parent, seen from above only. */
export class ContactDisc {
  readonly mesh: Mesh;
  private readonly geometry = new BufferGeometry();
  private readonly material: ShaderMaterial;
  private texture: DataTexture;
  private readonly uniforms;

  constructor() {
    this.geometry.setAttribute(
      'position',
      new BufferAttribute(new Float32Array([-1, 0, 1, 1, 0, 1, 1, 0, -1, -1, 0, -1]), 3),
    );
    this.geometry.setIndex([0, 1, 2, 0, 2, 3]);
    this.texture = contactTexture({ size: 1, openness: new Uint8Array([255]), half: 1 });
    this.uniforms = {
      uContact: { value: this.texture },
      /** Metres: half side of the shadow, and radius of the disc. */
      uHalf: { value: 1 },
      uRadius: { value: 1 },
      uMiddle: { value: new Color() },
      uRim: { value: new Color() },
      uAccent: { value: new Color() },
      uAccentShare: { value: 0.3 },
    };
    this.material = new ShaderMaterial({
      name: 'disc',
      uniforms: this.uniforms,
      vertexShader: /* glsl */ `
varying vec2 vPlace;
void main() { vPlace = position.xz; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.); }`,
      fragmentShader: /* glsl */ `
uniform sampler2D uContact;
uniform float uHalf;
uniform float uRadius;
uniform vec3 uMiddle;
uniform vec3 uRim;
uniform vec3 uAccent;
uniform float uAccentShare;
varying vec2 vPlace;
${dither}
void main() {
  float r = length(vPlace);
  float blur = fwidth(r);
  if (r > 1. + blur) discard;
  vec2 place = vPlace * uRadius / uHalf;
  float open = 1.;
  if (max(abs(place.x), abs(place.y)) < 1.) {
    float inside = 1. - smoothstep(.8, 1., max(abs(place.x), abs(place.y)));
    open = mix(1., texture2D(uContact, vec2(.5 + .5 * place.x, .5 - .5 * place.y)).r, inside);
  }
  vec3 color = mix(uMiddle, uRim, smoothstep(.1, 1., r)) * (.18 + .82 * pow(open, 1.5));
  float ring = 1. - smoothstep(0., .003 + blur, abs(r - .993));
  color = mix(color, uAccent, ring * uAccentShare);
  gl_FragColor = vec4(color, 1. - smoothstep(1. - blur, 1. + blur, r));
  #include <colorspace_fragment>
  gl_FragColor.rgb = dithered(gl_FragColor.rgb);
}`,
      transparent: true,
      depthWrite: false,
      toneMapped: false,
    });
    this.mesh = new Mesh(this.geometry, this.material);
    this.mesh.renderOrder = -900;
    this.mesh.raycast = () => undefined;
    this.mesh.name = 'disc';
    this.setTheme('dark');
  }

  /** Radius in metres. */
  setRadius(radius: number): void {
    this.mesh.scale.set(radius, 1, radius);
    this.uniforms.uRadius.value = radius;
  }

  setShadow(shadow: ContactShadow | null): void {
    this.texture.dispose();
    this.texture = contactTexture(shadow ?? { size: 1, openness: new Uint8Array([255]), half: 1 });
    this.uniforms.uContact.value = this.texture;
    this.uniforms.uHalf.value = shadow?.half ?? 1;
  }

  setTheme(theme: StageTheme): void {
    const { middle, rim, accent, accentShare } = themes[theme];
    this.uniforms.uMiddle.value.setRGB(...middle);
    this.uniforms.uRim.value.setRGB(...rim);
    this.uniforms.uAccent.value.set(accent);
    this.uniforms.uAccentShare.value = accentShare;
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
    this.texture.dispose();
  }
}

function contactTexture({ size, openness }: ContactShadow): DataTexture {
  const texture = new DataTexture(openness, size, size, RedFormat);
  texture.minFilter = LinearFilter;
  texture.magFilter = LinearFilter;
  texture.unpackAlignment = 1;
  texture.needsUpdate = true;
  return texture;
}
