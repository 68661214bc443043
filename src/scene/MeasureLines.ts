import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  GreaterDepth,
  Group,
  LessEqualDepth,
  Mesh,
  ShaderMaterial,
  Sphere,
  Vector2,
  Vector3,
} from 'three';
import type { RasPoint } from '#state/viewer.ts';

const vertexShader = /* glsl */ `
attribute vec3 aOther;
attribute vec4 aCorner;
uniform vec2 uPixel;
varying vec4 vCorner;
varying float vAlong;
void main() {
  // aCorner: x across −1 or 1, y along −1 or 1, z 1 for a dot, w mm from the line's beginning.
  vec4 here = projectionMatrix * modelViewMatrix * vec4(position, 1.);
  vec4 there = projectionMatrix * modelViewMatrix * vec4(aOther, 1.);
  vec2 offset;
  if (aCorner.z > .5) offset = aCorner.xy * 5.5;
  else {
    vec2 way = (there.xy / there.w - here.xy / here.w) / uPixel;
    way = length(way) > 1e-4 ? normalize(way) : vec2(1., 0.);
    offset = vec2(-way.y, way.x) * aCorner.x * aCorner.y * 2.5;
  }
  vCorner = aCorner;
  vAlong = aCorner.w;
  gl_Position = here;
  gl_Position.xy += offset * uPixel * here.w;
  gl_Position.z -= .0005 * here.w;
}`;
const fragmentShader = /* glsl */ `
uniform float uBehind;
varying vec4 vCorner;
varying float vAlong;
void main() {
  float shade, alpha;
  if (vCorner.z > .5) {
    float r = length(vCorner.xy) * 5.5;
    if (r > 5.5) discard;
    shade = 1. - smoothstep(3.4, 4.1, r);
    alpha = 1. - smoothstep(4.9, 5.5, r);
  } else {
    if (uBehind > .5 && fract(vAlong / 6.) > .55) discard;
    float across = abs(vCorner.x) * 2.5;
    shade = 1. - smoothstep(.7, 1.3, across);
    alpha = 1. - smoothstep(1.9, 2.5, across);
  }
  alpha *= uBehind > .5 ? .7 : 1.;
  gl_FragColor = vec4(mix(vec3(.0044, .006, .0065), vec3(.85, .89, .92), shade), alpha * mix(.85, 1., shade));
  #include <colorspace_fragment>
}`;

/** Measured lines with dots at their points, constant in pixels; dashed where a surface is before them. RAS mm; two draw calls. */
export class MeasureLines {
  readonly group = new Group();
  private readonly geometry = new BufferGeometry();
  private readonly uniforms = { uPixel: { value: new Vector2(0.001, 0.001) } };
  private readonly materials: readonly ShaderMaterial[];
  private known: readonly (readonly RasPoint[])[] = [];

  constructor() {
    this.group.name = 'measures';
    const material = (behind: boolean) =>
      new ShaderMaterial({
        name: 'measure',
        uniforms: { uPixel: this.uniforms.uPixel, uBehind: { value: behind ? 1 : 0 } },
        vertexShader,
        fragmentShader,
        transparent: true,
        side: DoubleSide,
        depthWrite: false,
        depthFunc: behind ? GreaterDepth : LessEqualDepth,
        toneMapped: false,
      });
    this.materials = [material(false), material(true)];
    for (const each of this.materials) {
      const mesh = new Mesh(this.geometry, each);
      mesh.renderOrder = 300;
      mesh.frustumCulled = false;
      mesh.raycast = () => undefined;
      this.group.add(mesh);
    }
    this.group.visible = false;
  }

  get bytes(): number {
    return Object.values(this.geometry.attributes).reduce((sum, { array }) => sum + array.byteLength, 0);
  }

  /** Points of a measurement that is being made. */
  pending: readonly RasPoint[] | null = null;

  /** Each measurement's points in order, RAS mm; what is pending is drawn with them. */
  set(measured: readonly (readonly RasPoint[])[]): void {
    const lines = this.pending ? [...measured, this.pending] : measured;
    if (lines.length === this.known.length && lines.every((line, n) => line === this.known[n])) return;
    this.known = lines;
    this.group.visible = lines.some((line) => line.length > 0);
    const position: number[] = [];
    const other: number[] = [];
    const corner: number[] = [];
    const index: number[] = [];
    const quad = (a: RasPoint, b: RasPoint, dot: boolean, length: number) => {
      const first = position.length / 3;
      for (const [across, along] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        const atEnd = !dot && along > 0;
        position.push(...(atEnd ? b : a));
        other.push(...(atEnd ? a : b));
        corner.push(across, along, dot ? 1 : 0, atEnd ? length : 0);
      }
      index.push(first, first + 1, first + 2, first, first + 2, first + 3);
    };
    for (const line of lines) {
      for (let n = 0; n + 1 < line.length; n++) {
        const [a, b] = [line[n], line[n + 1]] as [RasPoint, RasPoint];
        quad(a, b, false, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
      }
      for (const point of line) quad(point, point, true, 0);
    }
    // Buffers of another size need a geometry's worth of new attributes; the old ones go with dispose().
    this.geometry.dispose();
    this.geometry.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
    this.geometry.setAttribute('aOther', new BufferAttribute(new Float32Array(other), 3));
    this.geometry.setAttribute('aCorner', new BufferAttribute(new Float32Array(corner), 4));
    this.geometry.setIndex(index);
    this.geometry.boundingSphere = new Sphere(new Vector3(), Infinity);
  }

  beforeFrame(width: number, height: number): void {
    this.uniforms.uPixel.value.set(2 / Math.max(1, width), 2 / Math.max(1, height));
  }

  dispose(): void {
    this.geometry.dispose();
    for (const material of this.materials) material.dispose();
  }
}
