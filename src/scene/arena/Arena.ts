import {
  BufferAttribute,
  BufferGeometry,
  type Camera,
  type DataTexture,
  Group,
  Matrix4,
  Mesh,
  Scene,
  Vector3,
  type WebGLRenderer,
} from 'three';
import type { RasPoint, SegmentRecord, SurfaceChunk } from '#state/viewer.ts';
import { ChunkParts } from './ChunkParts.ts';
import { type Passes, sortPasses } from './layers.ts';
import { lookTableWidth, makeLookTable, writeLookTable } from './lookTable.ts';
import { makeMaterials, makeUniforms } from './materials.ts';
import { makeNoiseTexture } from './noise.ts';
import { type SlotFacts, slotFacts } from './slotFacts.ts';

export interface ArenaLook {
  readonly segments: readonly SegmentRecord[];
  readonly selection: readonly string[];
  /** Segment id. */
  readonly hover: string | null;
  readonly grain: boolean;
  /** Linear sRGB is made from it: '#4cc2ff'. */
  readonly accent: string;
  /** Headset: one draw per layer, no depth pre-pass. */
  readonly shellOnly: boolean;
}

/**
 * All surfaces of the case on the GPU: one vertex buffer pair per chunk, a structure is rows of a table and runs of indices.
 * A pure function of (chunks, look): after a lost context three uploads the same arrays again. Its group lives in RAS mm.
 */
export class Arena {
  readonly group = new Group();
  readonly uniforms;
  private readonly materials;
  private readonly parts = new Map<string, ChunkParts>();
  /** The same, for the frame loop. */
  private partList: readonly ChunkParts[] = [];
  private look: ArenaLook | null = null;
  private facts_: ReadonlyMap<number, SlotFacts> = new Map();
  private passes: Passes = { opaque: new Set(), layers: [], selected: new Set(), selectedTranslucent: false };
  private table: DataTexture;
  private readonly ranks: number[] = [];

  constructor() {
    this.group.name = 'arena';
    this.table = makeLookTable(64);
    this.uniforms = makeUniforms(this.table, makeNoiseTexture());
    this.materials = makeMaterials(this.uniforms);
  }

  get facts(): ReadonlyMap<number, SlotFacts> {
    return this.facts_;
  }

  /** Takes the chunks as they are now; what is the same object stays on the GPU. Arrays are read, never written. */
  setChunks(chunks: ReadonlyMap<string, SurfaceChunk>): void {
    let shapesChanged = false;
    for (const [id, part] of this.parts) {
      const chunk = chunks.get(id);
      // The same shape with new light keeps its place array.
      if (chunk && chunk.place === part.chunk.place && chunk.triangles === part.chunk.triangles)
        part.setLight(chunk.light);
      else {
        part.dispose();
        this.parts.delete(id);
        shapesChanged = true;
      }
    }
    for (const [id, chunk] of chunks) {
      if (this.parts.has(id) || chunk.triangles.length === 0) continue;
      this.parts.set(id, new ChunkParts(chunk, this.group, this.materials));
      shapesChanged = true;
    }
    if (!shapesChanged) return;
    this.partList = [...this.parts.values()];
    this.facts_ = slotFacts(chunks.values());
    if (this.look) this.setLook(this.look);
  }

  setLook(look: ArenaLook): void {
    const before = this.look;
    this.look = look;
    const width = lookTableWidth(look.segments);
    if (width !== this.table.image.width) {
      this.table.dispose();
      this.table = makeLookTable(width);
      this.uniforms.uLook.value = this.table;
    }
    const axes = new Map([...this.facts_].map(([slot, { axis }]) => [slot, axis]));
    writeLookTable(this.table.image.data as Float32Array, width, { ...look, axes });
    this.table.needsUpdate = true;
    this.uniforms.uGrainOn.value = look.grain ? 1 : 0;
    this.uniforms.uAccent.value.set(look.accent);
    // Hover alone changes four numbers of the table and no run of indices.
    if (
      before &&
      before.segments === look.segments &&
      before.selection === look.selection &&
      before.shellOnly === look.shellOnly &&
      this.placed === this.facts_
    )
      return;
    this.placed = this.facts_;
    this.passes = sortPasses(look.segments, look.selection, this.facts_);
    for (const part of this.parts.values()) part.setPasses(this.passes, look.shellOnly);
  }
  private placed: unknown = null;

  /** Draws only the side of a plane (RAS mm) that its normal points to; null: all. The first clip compiles its own programs. */
  setClip(clip: { readonly point: RasPoint; readonly normal: RasPoint } | null): void {
    const [x, y, z] = clip?.normal ?? [0, 0, 0];
    const length = Math.hypot(x, y, z);
    const on = length > 0;
    if (clip && on) {
      const [a, b, c] = [x / length, y / length, z / length];
      const [px, py, pz] = clip.point;
      this.uniforms.uClip.value.set(a, b, c, -(a * px + b * py + c * pz));
    }
    for (const material of Object.values(this.materials)) {
      if ((material.defines.CLIP === 1) === on) continue;
      material.defines.CLIP = on ? 1 : 0;
      material.needsUpdate = true;
    }
  }

  /**
   * Hands the programs of all passes to the driver before they are needed, and asks what three asks at first use when it is done with
   * them: asked in the frame that shows the body, the page would wait for the driver.
   */
  async warmUp(renderer: WebGLRenderer, camera: Camera): Promise<void> {
    const scene = new Scene();
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(9), 3));
    const materials = Object.values(this.materials);
    for (const material of materials) scene.add(new Mesh(geometry, material));
    await renderer.compileAsync(scene, camera);
    geometry.dispose();
    for (const material of materials) {
      const { currentProgram } = renderer.properties.get(material) as {
        currentProgram?: { getUniforms(): unknown; getAttributes(): unknown };
      };
      currentProgram?.getUniforms();
      currentProgram?.getAttributes();
    }
  }

  /** Slots that are drawn now. */
  shownSlots(): number[] {
    return [...this.passes.opaque, ...this.passes.layers.flat()];
  }

  /**
   * Before each frame, once for both eyes: the frame of the light, and the translucent layers from back to front. A layer that
   * reaches nearest to the eye comes last, so what encloses is drawn after what it holds.
   * @param rigFromWorld rotation only
   */
  beforeFrame(camera: Camera, rigFromWorld: Matrix4, width: number, height: number): void {
    const { uniforms } = this;
    uniforms.uRasFromWorld.value.copy(this.group.matrixWorld).invert();
    uniforms.uRigFromWorld.value.setFromMatrix4(rigFromWorld);
    rotation.extractRotation(this.group.matrixWorld).premultiply(rigFromWorld);
    uniforms.uRigFromRas.value.setFromMatrix4(rotation);
    uniforms.uPixel.value.set(2 / Math.max(1, width), 2 / Math.max(1, height));
    const { layers } = this.passes;
    if (layers.length < 1) return;
    eye.setFromMatrixPosition(camera.matrixWorld).applyMatrix4(uniforms.uRasFromWorld.value);
    this.ranks.length = 0;
    for (let n = 0; n < layers.length; n++) {
      const mine = this.nearest(n);
      let rank = 0;
      for (let other = 0; other < layers.length; other++) {
        if (other === n) continue;
        const theirs = this.nearest(other);
        if (theirs > mine || (theirs === mine && other > n)) rank++;
      }
      this.ranks.push(rank);
    }
    for (let n = 0; n < this.partList.length; n++) (this.partList[n] as ChunkParts).setLayerOrder(this.ranks);
  }

  /** mm from the eye to the box of a layer; inside it, minus its size. */
  private nearest(layer: number): number {
    let nearest = Infinity;
    const slots = this.passes.layers[layer] as readonly number[];
    for (let n = 0; n < slots.length; n++) {
      const fact = this.facts_.get(slots[n] as number);
      if (!fact) continue;
      const { low, high } = fact;
      const dx = Math.max(low[0] - eye.x, 0, eye.x - high[0]);
      const dy = Math.max(low[1] - eye.y, 0, eye.y - high[1]);
      const dz = Math.max(low[2] - eye.z, 0, eye.z - high[2]);
      const outside = Math.hypot(dx, dy, dz);
      nearest = Math.min(nearest, outside > 0 ? outside : -(high[0] - low[0] + high[1] - low[1] + high[2] - low[2]));
    }
    return nearest;
  }

  get gpuBytes(): number {
    let bytes = 4 * 32 ** 3 + this.table.image.width * 64;
    for (const part of this.parts.values()) bytes += part.bytes;
    return bytes;
  }

  dispose(): void {
    for (const part of this.parts.values()) part.dispose();
    this.parts.clear();
    this.partList = [];
    for (const material of Object.values(this.materials)) material.dispose();
    this.table.dispose();
    this.uniforms.uGrain.value.dispose();
  }
}

const rotation = new Matrix4();
const eye = new Vector3();
