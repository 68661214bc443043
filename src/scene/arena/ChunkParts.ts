import {
  BufferAttribute,
  BufferGeometry,
  DynamicDrawUsage,
  type Group,
  InterleavedBuffer,
  InterleavedBufferAttribute,
  type Material,
  Mesh,
  Sphere,
  Vector3,
} from 'three';
import type { SurfaceChunk } from '#state/viewer.ts';
import { gatherRanges, type Passes } from './layers.ts';
import type { Materials } from './materials.ts';
import { reachOf } from './slotFacts.ts';

/** Draw order among what is transparent; rank of the layer is added. */
const LAYERS_FROM = 10;
const SELECTION_DEPTH = 90;
const OUTLINE = 91;

/** The meshes of one chunk: each pass has its own run of indices over the same two vertex buffers. */
export class ChunkParts {
  readonly chunk: SurfaceChunk;
  private lightArray: Uint8Array<ArrayBufferLike>;
  private readonly place: InterleavedBuffer;
  private readonly light: InterleavedBuffer;
  private readonly sphere: Sphere;
  private readonly materials: Materials;
  private readonly group: Group;
  private readonly opaque: Pass;
  private readonly selectionDepth: Pass;
  private readonly outline: Pass;
  private layers: { readonly depth: Pass; readonly color: Pass }[] = [];
  private readonly indices: { opaque: BufferAttribute; translucent?: BufferAttribute; selected?: BufferAttribute };

  constructor(chunk: SurfaceChunk, group: Group, materials: Materials) {
    this.chunk = chunk;
    this.group = group;
    this.materials = materials;
    this.lightArray = chunk.light;
    this.place = new InterleavedBuffer(chunk.place, 4);
    this.light = new InterleavedBuffer(chunk.light, 8);
    this.sphere = new Sphere(new Vector3(), reachOf(chunk));
    this.indices = { opaque: indexOf(chunk.triangles.length) };
    this.opaque = this.pass(this.indices.opaque, materials.opaque, 0);
    this.selectionDepth = this.pass(this.indices.opaque, materials.selectionDepth, SELECTION_DEPTH);
    this.outline = this.pass(this.indices.opaque, materials.outline, OUTLINE);
  }

  /** New light for the same vertices. */
  setLight(light: Uint8Array<ArrayBufferLike>): void {
    if (light === this.lightArray) return;
    this.lightArray = light;
    this.light.array = light;
    this.light.needsUpdate = true;
  }

  setPasses(passes: Passes, shellOnly: boolean): void {
    const { ranges, triangles } = this.chunk;
    const opaqueCount = gatherRanges(triangles, ranges, passes.opaque, this.indices.opaque.array as Uint32Array, 0);
    changed(this.indices.opaque, opaqueCount);
    this.opaque.show(0, opaqueCount);

    let index = this.indices.translucent;
    if (passes.layers.length > 0 && !index) {
      index = indexOf(triangles.length);
      this.indices.translucent = index;
    }
    while (index && this.layers.length < passes.layers.length)
      this.layers.push({
        depth: this.pass(index, this.materials.depth, 0),
        color: this.pass(index, this.materials.shell, 0),
      });
    let at = 0;
    this.layers.forEach(({ depth, color }, n) => {
      const slots = new Set(passes.layers[n] ?? []);
      const count = index ? gatherRanges(triangles, ranges, slots, index.array as Uint32Array, at) : 0;
      depth.show(at, shellOnly ? 0 : count);
      color.show(at, count);
      at += count;
    });
    if (index) changed(index, at);

    let selected = this.indices.selected;
    if (passes.selected.size > 0 && !selected) {
      selected = indexOf(triangles.length);
      this.indices.selected = selected;
      this.outline.geometry.setIndex(selected);
      this.selectionDepth.geometry.setIndex(selected);
    }
    const count = selected ? gatherRanges(triangles, ranges, passes.selected, selected.array as Uint32Array, 0) : 0;
    if (selected) changed(selected, count);
    this.outline.show(0, count);
    this.selectionDepth.show(0, passes.selectedTranslucent ? count : 0);
  }

  /** `ranks[n]`: place of layer n from back to front. */
  setLayerOrder(ranks: readonly number[]): void {
    // Each frame: nothing is allocated.
    for (let n = 0; n < this.layers.length; n++) {
      const { depth, color } = this.layers[n] as (typeof this.layers)[number];
      const rank = ranks[n] ?? 0;
      depth.mesh.renderOrder = LAYERS_FROM + 2 * rank;
      color.mesh.renderOrder = LAYERS_FROM + 2 * rank + 1;
    }
  }

  /** Bytes on the GPU, roughly: what was handed over. */
  get bytes(): number {
    const index = (attribute?: BufferAttribute) => attribute?.array.byteLength ?? 0;
    const { opaque, translucent, selected } = this.indices;
    return (
      this.chunk.place.byteLength + this.lightArray.byteLength + index(opaque) + index(translucent) + index(selected)
    );
  }

  dispose(): void {
    const passes = [this.opaque, this.selectionDepth, this.outline, ...this.layers.flatMap((l) => [l.depth, l.color])];
    for (const { mesh, geometry } of passes) {
      this.group.remove(mesh);
      geometry.dispose();
    }
  }

  private pass(index: BufferAttribute, material: Material, order: number): Pass {
    const geometry = new BufferGeometry();
    geometry.setIndex(index);
    geometry.setAttribute('position', new InterleavedBufferAttribute(this.place, 3, 0, false));
    geometry.setAttribute('aSlot', new InterleavedBufferAttribute(this.place, 1, 3, false));
    geometry.setAttribute('aNormals', new InterleavedBufferAttribute(this.light, 4, 0, true));
    geometry.setAttribute('aLight', new InterleavedBufferAttribute(this.light, 4, 4, true));
    geometry.boundingSphere = this.sphere;
    const mesh = new Mesh(geometry, material);
    mesh.renderOrder = order;
    mesh.position.set(...this.chunk.centre);
    mesh.scale.setScalar(this.chunk.scale);
    mesh.raycast = () => undefined; // picking walks the labelmap
    this.group.add(mesh);
    return {
      mesh,
      geometry,
      show(start, count) {
        geometry.setDrawRange(start, count);
        mesh.visible = count > 0;
      },
    };
  }
}

interface Pass {
  readonly mesh: Mesh;
  readonly geometry: BufferGeometry;
  show(start: number, count: number): void;
}

function indexOf(capacity: number): BufferAttribute {
  const index = new BufferAttribute(new Uint32Array(capacity), 1);
  index.setUsage(DynamicDrawUsage);
  return index;
}

function changed(index: BufferAttribute, count: number): void {
  if (count === 0) return;
  index.clearUpdateRanges();
  index.addUpdateRange(0, count);
  index.needsUpdate = true;
}
