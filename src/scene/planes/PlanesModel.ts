// The three slice planes in the body: quads in the model root with the scan's own values, each cut anew when it has moved.
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DoubleSide,
  Group,
  LinearFilter,
  LinearMipmapLinearFilter,
  Mesh,
  RGBAFormat,
  ShaderMaterial,
  SRGBColorSpace,
} from 'three';
import { affine, transform } from '#core/space/affine.ts';
import { reslice, windowInto } from '#core/volume/reslice.ts';
import { hatchMadeUp } from '#core/volume/resliceMadeUp.ts';
import { normalAxis, type PlaneName, planeNames, type SliceGrid } from '#core/volume/slicePlane.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import type { Volume } from '#core/volume/volume.ts';
import { OverlayCuts } from '#scene/OverlayCuts.ts';
import type { RasPoint, Viewer, VolumeRecord } from '#state/viewer.ts';
import { clearAround } from './clearAround.ts';
import { planeColors } from './planeColors.ts';
import { type PlaneHit, planeGrid, planeHits } from './planeGeometry.ts';

/** Pixels along the longer side of a plane. */
const PIXELS = 256;
const LOOK = { density: 1 } as const;
const CLEAR = [0, 0, 0, 0] as const;
/** HU: above the middle between air and skin, so that no dark rim of half-filled pixels is left. */
const CT_AIR = -300;
/** Of other scans: what the lowest part of the window shows as black. */
const DARK_SHARE = 0.06;

interface Quad {
  readonly name: PlaneName;
  readonly mesh: Mesh;
  readonly material: ShaderMaterial;
  texture: DataTexture;
  grid: SliceGrid | null;
  values: Float32Array;
  rgba: Uint8ClampedArray;
  readonly overlays: OverlayCuts;
  /** What lay over the scan when it was coloured, by identity. */
  overlaid: readonly unknown[];
  /** What it was cut and coloured for. */
  cut: string;
  shaded: string;
}

export class PlanesModel {
  readonly group = new Group();
  private readonly viewer: Viewer;
  private readonly geometry = new BufferGeometry();
  private readonly quads: readonly Quad[];
  private volume: Volume | null = null;
  private hotName: PlaneName | null = null;

  constructor(viewer: Viewer) {
    this.viewer = viewer;
    this.group.name = 'planes';
    this.geometry.setAttribute(
      'position',
      new BufferAttribute(new Float32Array([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]), 3),
    );
    this.geometry.setIndex([0, 1, 2, 0, 2, 3]);
    this.quads = planeNames.map((name) => this.makeQuad(name));
    this.group.add(...this.quads.map(({ mesh }) => mesh));
  }

  /** The plane whose frame is drawn strong: the one that is pointed at or dragged. */
  set hot(name: PlaneName | null) {
    this.hotName = name;
    for (const quad of this.quads)
      (quad.material.uniforms.uFrameWidth as { value: number }).value = quad.name === name ? 2.5 : 1;
  }
  get hot(): PlaneName | null {
    return this.hotName;
  }

  /** Cuts and colours what has changed since the last frame; cheap where nothing has. */
  update(): void {
    const { volumes, crosshair, window } = this.viewer.case.getState();
    const record = volumes[0];
    const held = record ? this.viewer.voxels.volume(record.id) : null;
    const volume = held && timepointOf(held, this.viewer.view.getState().timepoint);
    this.group.visible = volume !== null && record !== undefined;
    if (!record || !volume) {
      this.volume = null;
      return;
    }
    if (volume !== this.volume) for (const quad of this.quads) quad.cut = '';
    this.volume = volume;
    const point = crosshair ?? middleOf(record);
    const shaded = `${window.level} ${window.width}`;
    for (const quad of this.quads) {
      const cut = `${point[normalAxis[quad.name]]}`;
      const stale = quad.cut !== cut;
      if (stale) this.cut(quad, volume, record, point, cut);
      const seen = quad.overlays.seen();
      const same = seen.length === quad.overlaid.length && seen.every((each, n) => each === quad.overlaid[n]);
      quad.overlaid = seen;
      if (stale || !same || quad.shaded !== shaded) this.shade(quad, record, shaded);
    }
  }

  /** The nearest plane along a ray in RAS mm; what is transparent of it is no hit, but for its frame. */
  pick(origin: RasPoint, direction: RasPoint, marginMm: number): PlaneHit | null {
    const { volumes, crosshair } = this.viewer.case.getState();
    const record = volumes[0];
    if (!record || !this.volume) return null;
    const rasFromIjk = affine('ras', 'ijk', record.rasFromIjk);
    const hits = planeHits(record.dims, rasFromIjk, crosshair ?? middleOf(record), origin, direction, marginMm);
    return hits.find((hit) => hit.edgeMm <= marginMm || this.opaqueAt(hit)) ?? null;
  }

  /** Bytes on the GPU, mipmaps counted. */
  get gpuBytes(): number {
    return this.quads.reduce((sum, { rgba }) => sum + (rgba.byteLength * 4) / 3, 0);
  }

  /** What is freed here is made again when it is next drawn. */
  dispose(): void {
    this.geometry.dispose();
    for (const { material, texture } of this.quads) {
      material.dispose();
      texture.dispose();
    }
  }

  private makeQuad(name: PlaneName): Quad {
    const texture = makeTexture(new Uint8ClampedArray(4), 1, 1);
    const material = new ShaderMaterial({
      name: `plane ${name}`,
      uniforms: {
        uSlice: { value: texture },
        uFrame: { value: new Color(planeColors[name]) },
        uFrameWidth: { value: 1 },
      },
      vertexShader: /* glsl */ `
varying vec2 vPlace;
void main() { vPlace = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.); }`,
      fragmentShader: /* glsl */ `
uniform sampler2D uSlice;
uniform vec3 uFrame;
uniform float uFrameWidth;
varying vec2 vPlace;
void main() {
  vec2 pixels = min(vPlace, 1. - vPlace) / fwidth(vPlace);
  float frame = 1. - smoothstep(uFrameWidth - .25, uFrameWidth + .75, min(pixels.x, pixels.y));
  vec4 slice = texture2D(uSlice, vPlace);
  if (slice.a < .5 && frame < .5) discard;
  gl_FragColor = vec4(mix(slice.rgb, uFrame, frame), 1.);
  #include <colorspace_fragment>
}`,
      side: DoubleSide,
      toneMapped: false,
    });
    const mesh = new Mesh(this.geometry, material);
    mesh.name = name;
    mesh.matrixAutoUpdate = false;
    mesh.raycast = () => undefined;
    return {
      name,
      mesh,
      material,
      texture,
      grid: null,
      values: new Float32Array(1),
      rgba: new Uint8ClampedArray(4),
      overlays: new OverlayCuts(this.viewer),
      overlaid: [],
      cut: '',
      shaded: '',
    };
  }

  private cut(quad: Quad, volume: Volume, record: VolumeRecord, point: RasPoint, cut: string): void {
    const grid = planeGrid(record.dims, affine('ras', 'ijk', record.rasFromIjk), quad.name, point, PIXELS);
    const count = grid.width * grid.height;
    if (quad.grid?.width !== grid.width || quad.grid.height !== grid.height) {
      quad.values = new Float32Array(count);
      quad.rgba = new Uint8ClampedArray(4 * count);
      quad.texture.dispose();
      quad.texture = makeTexture(quad.rgba, grid.width, grid.height);
      (quad.material.uniforms.uSlice as { value: DataTexture }).value = quad.texture;
    }
    reslice(volume, grid, quad.values);
    quad.grid = grid;
    quad.cut = cut;
    const { origin, right, down, width, height } = grid;
    const at = (n: 0 | 1 | 2) => origin[n] - (right[n] + down[n]) / 2;
    quad.mesh.matrix.set(
      right[0] * width,
      down[0] * height,
      0,
      at(0),
      right[1] * width,
      down[1] * height,
      0,
      at(1),
      right[2] * width,
      down[2] * height,
      0,
      at(2),
      0,
      0,
      0,
      1,
    );
    quad.mesh.matrix.elements[8 + normalAxis[quad.name]] = 1;
    quad.mesh.matrixWorldNeedsUpdate = true;
  }

  private shade(quad: Quad, { modality }: VolumeRecord, shaded: string): void {
    if (!quad.grid) return;
    const { window } = this.viewer.case.getState();
    const { level, width } = window;
    const air = modality === 'CT' ? CT_AIR : level - width / 2 + DARK_SHARE * width;
    windowInto(quad.values, level, width, quad.rgba, CLEAR);
    const { overlayMode } = this.viewer.view.getState();
    const hatch = () => this.volume && quad.grid && hatchMadeUp(this.volume.header, null, quad.grid, LOOK, quad.rgba);
    if (overlayMode !== 'difference') hatch();
    quad.overlays.draw(quad.grid, quad.cut, quad.values, window, LOOK.density, quad.rgba);
    if (overlayMode === 'difference') hatch();
    clearAround(quad.values, quad.grid.width, quad.grid.height, air, quad.name === 'axial', quad.rgba);
    quad.texture.needsUpdate = true;
    quad.shaded = shaded;
  }

  private opaqueAt({ name, ras }: PlaneHit): boolean {
    const quad = this.quads.find((each) => each.name === name);
    if (!quad?.grid) return false;
    const { origin, right, down, width, height } = quad.grid;
    const along = (step: readonly [number, number, number]) => {
      const axis = step.findIndex((value) => value !== 0) as 0 | 1 | 2;
      return Math.round((ras[axis] - origin[axis]) / step[axis]);
    };
    const [x, y] = [along(right), along(down)];
    if (x < 0 || y < 0 || x >= width || y >= height) return false;
    return (quad.rgba[4 * (x + width * y) + 3] as number) > 0;
  }
}

function makeTexture(rgba: Uint8ClampedArray, width: number, height: number): DataTexture {
  const texture = new DataTexture(new Uint8Array(rgba.buffer as ArrayBuffer), width, height, RGBAFormat);
  texture.colorSpace = SRGBColorSpace;
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.anisotropy = 4;
  texture.needsUpdate = true;
  return texture;
}

function middleOf({ dims, rasFromIjk }: VolumeRecord): RasPoint {
  const [r, a, s] = transform(affine('ras', 'ijk', rasFromIjk), [
    (dims[0] - 1) / 2,
    (dims[1] - 1) / 2,
    (dims[2] - 1) / 2,
  ]);
  return [r, a, s];
}
