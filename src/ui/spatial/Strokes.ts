import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  DynamicDrawUsage,
  Mesh,
  ShaderMaterial,
  type Vector3,
} from 'three';

/** Thin lines in the room, constant in angle: rays, leaders, the arc of a step. One mesh, one draw call for each eye. */
export class Strokes {
  readonly mesh: Mesh;
  private readonly geometry = new BufferGeometry();
  private readonly material: ShaderMaterial;
  private readonly here: BufferAttribute;
  private readonly other: BufferAttribute;
  private readonly look: BufferAttribute;
  /** Pixels of one eye, from top to bottom. */
  readonly height = { value: 1600 };
  private count = 0;

  constructor(capacity: number) {
    this.here = new BufferAttribute(new Float32Array(capacity * 12), 3);
    this.other = new BufferAttribute(new Float32Array(capacity * 12), 3);
    this.look = new BufferAttribute(new Float32Array(capacity * 16), 4);
    const index = new Uint16Array(capacity * 6);
    for (let n = 0; n < capacity; n++)
      index.set(
        [0, 1, 2, 0, 2, 3].map((corner) => corner + 4 * n),
        6 * n,
      );
    for (const [name, attribute] of [
      ['position', this.here],
      ['aOther', this.other],
      ['aLook', this.look],
    ] as const) {
      attribute.setUsage(DynamicDrawUsage);
      this.geometry.setAttribute(name, attribute);
    }
    this.geometry.setIndex(new BufferAttribute(index, 1));
    this.material = new ShaderMaterial({
      name: 'strokes',
      uniforms: { uHeight: this.height },
      vertexShader: /* glsl */ `
attribute vec3 aOther;
attribute vec4 aLook;
uniform float uHeight;
varying vec3 vLook;
void main() {
  // aLook: side −1 or 1, half width in metres at one metre, negative at the other end, opacity, accent (+ 2: over all).
  vec3 here = (modelViewMatrix * vec4(position, 1.)).xyz;
  vec3 there = (modelViewMatrix * vec4(aOther, 1.)).xyz;
  vec3 across = cross(there - here, here);
  float size = length(across);
  across = size > 1e-9 ? across / size : vec3(0.);
  float front = step(1.5, aLook.w);
  // Thinner than a pixel and a half it would break into dots: as wide as that, and fainter.
  float least = 1.5 / (projectionMatrix[1][1] * uHeight), wide = max(abs(aLook.y), least);
  vLook = vec3(aLook.x, aLook.z * mix(1., abs(aLook.y) / wide, .6), aLook.w - 2. * front);
  here += across * aLook.x * sign(aLook.y) * wide * -here.z;
  gl_Position = projectionMatrix * vec4(here, 1.);
  if (front > .5) gl_Position.z = -.998 * gl_Position.w;
}`,
      fragmentShader: /* glsl */ `
varying vec3 vLook;
void main() {
  float edge = 1. - smoothstep(.45, 1., abs(vLook.x));
  gl_FragColor = vec4(mix(vec3(.82, .86, .89), vec3(.072, .54, 1.), vLook.z), edge * vLook.y);
  #include <colorspace_fragment>
}`,
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
      toneMapped: false,
    });
    this.mesh = new Mesh(this.geometry, this.material);
    this.mesh.name = 'strokes';
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 45;
    this.mesh.raycast = () => undefined;
  }

  begin(): void {
    this.count = 0;
  }

  /** From a to b; opacity may change along it. `width` in mm at one metre; `accent` 0 or 1; `front`: over whatever is before it. */
  line(a: Vector3, b: Vector3, width: number, opacityA: number, opacityB = opacityA, accent = 0, front = false): void {
    const at = 4 * this.count;
    if (at * 4 >= this.look.array.length) return;
    for (let c = 0; c < 4; c++) {
      const first = c === 0 || c === 3;
      const from = first ? a : b;
      const to = first ? b : a;
      this.here.setXYZ(at + c, from.x, from.y, from.z);
      this.other.setXYZ(at + c, to.x, to.y, to.z);
      // Seen from the other end, the same side is the other: the width's sign says so.
      const half = (first ? width : -width) / 2000;
      this.look.setXYZW(
        at + c,
        c === 0 || c === 1 ? 1 : -1,
        half,
        first ? opacityA : opacityB,
        accent + (front ? 2 : 0),
      );
    }
    this.count++;
  }

  end(): void {
    this.geometry.setDrawRange(0, 6 * this.count);
    this.mesh.visible = this.count > 0;
    this.here.needsUpdate = this.other.needsUpdate = this.look.needsUpdate = true;
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
  }
}
