import {
  BufferAttribute,
  BufferGeometry,
  CustomBlending,
  DynamicDrawUsage,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  ShaderMaterial,
  Vector3,
} from 'three';
import type { RoomText, Words } from './RoomText.ts';

/** Words somewhere in the room. Change its fields; nothing else is needed. */
export class Label {
  visible = false;
  words: Words | null = null;
  /** Metres. */
  readonly at = new Vector3();
  /** Which point of the words is there: 0.5, 0.5 is their middle, y upwards. */
  anchorX = 0.5;
  anchorY = 0.5;
  /** Lies flat on this normal instead of turning to the eyes. */
  normal: Vector3 | null = null;
  /** Metres per dmm; null: as far as it is, so that it is seen under the same angle from anywhere. */
  scale: number | null = null;
  opacity = 1;
  /** Drawn over whatever stands before it: a name that an organ cuts through cannot be read. */
  front = false;
}

/** All words in the room as one mesh, turned to the eyes in each frame: one draw call for each eye. */
export class Labels {
  readonly mesh: Mesh;
  private readonly labels: Label[] = [];
  private readonly geometry = new BufferGeometry();
  private readonly material: ShaderMaterial;
  private readonly position: BufferAttribute;
  private readonly uv: BufferAttribute;

  constructor(text: RoomText, capacity: number) {
    this.position = new BufferAttribute(new Float32Array(capacity * 12), 3);
    this.uv = new BufferAttribute(new Float32Array(capacity * 16), 4);
    this.position.setUsage(DynamicDrawUsage);
    this.uv.setUsage(DynamicDrawUsage);
    const index = new Uint16Array(capacity * 6);
    for (let n = 0; n < capacity; n++)
      index.set(
        [0, 1, 2, 0, 2, 3].map((corner) => corner + 4 * n),
        6 * n,
      );
    this.geometry.setAttribute('position', this.position);
    this.geometry.setAttribute('aPlace', this.uv);
    this.geometry.setIndex(new BufferAttribute(index, 1));
    this.geometry.setDrawRange(0, 0);
    this.material = new ShaderMaterial({
      name: 'words',
      uniforms: { uWords: { value: text.texture } },
      vertexShader: /* glsl */ `
attribute vec4 aPlace;
varying vec3 vPlace;
void main() {
  vPlace = aPlace.xyz;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.);
  if (aPlace.w > .5) gl_Position.z = -.999 * gl_Position.w;
}`,
      fragmentShader: /* glsl */ `
uniform sampler2D uWords;
varying vec3 vPlace;
void main() {
  gl_FragColor = texture2D(uWords, vPlace.xy) * vPlace.z;
  if (gl_FragColor.a < .01) discard;
}`,
      transparent: true,
      depthWrite: false,
      toneMapped: false,
      blending: CustomBlending,
      blendSrc: OneFactor,
      blendDst: OneMinusSrcAlphaFactor,
    });
    this.mesh = new Mesh(this.geometry, this.material);
    this.mesh.name = 'words';
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 50;
    this.mesh.raycast = () => undefined;
  }

  add(): Label {
    const label = new Label();
    this.labels.push(label);
    return label;
  }

  /** Once per frame, for a head at `eyes`. */
  step(eyes: Vector3): void {
    const place = this.position.array as Float32Array;
    const uv = this.uv.array as Float32Array;
    let n = 0;
    for (let i = 0; i < this.labels.length; i++) {
      const label = this.labels[i] as Label;
      const { words } = label;
      if (!label.visible || !words || (n + 1) * 12 > place.length) continue;
      towards.subVectors(eyes, label.at);
      const metres = label.scale ?? towards.length() / 1000;
      if (label.normal) {
        // Upright for whoever looks down on it: its top is away from the eyes.
        up.copy(towards).addScaledVector(label.normal, -towards.dot(label.normal)).negate().normalize();
        right.crossVectors(up, label.normal);
      } else {
        towards.normalize();
        right.crossVectors(worldUp, towards);
        if (right.lengthSq() < 1e-6) right.set(1, 0, 0);
        right.normalize();
        up.crossVectors(towards, right);
      }
      const w = words.width * metres;
      const h = words.height * metres;
      corner
        .copy(label.at)
        .addScaledVector(right, -w * label.anchorX)
        .addScaledVector(up, -h * label.anchorY);
      for (let c = 0; c < 4; c++) {
        const x = c === 1 || c === 2 ? 1 : 0;
        const y = c >= 2 ? 1 : 0;
        const at = 3 * (4 * n + c);
        place[at] = corner.x + right.x * w * x + up.x * h * y;
        place[at + 1] = corner.y + right.y * w * x + up.y * h * y;
        place[at + 2] = corner.z + right.z * w * x + up.z * h * y;
        const look = 4 * (4 * n + c);
        uv[look] = x ? words.u1 : words.u0;
        uv[look + 1] = y ? words.v1 : words.v0;
        uv[look + 2] = label.opacity;
        uv[look + 3] = label.front ? 1 : 0;
      }
      n++;
    }
    this.geometry.setDrawRange(0, 6 * n);
    this.mesh.visible = n > 0;
    this.position.needsUpdate = true;
    this.uv.needsUpdate = true;
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
  }
}

const towards = new Vector3();
const right = new Vector3();
const up = new Vector3();
const worldUp = new Vector3(0, 1, 0);
const corner = new Vector3();
