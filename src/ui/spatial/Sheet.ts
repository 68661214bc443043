import {
  CanvasTexture,
  CustomBlending,
  DoubleSide,
  LinearFilter,
  LinearMipmapLinearFilter,
  Matrix4,
  Mesh,
  NoColorSpace,
  OneFactor,
  OneMinusSrcAlphaFactor,
  PlaneGeometry,
  ShaderMaterial,
  Vector3,
  Vector4,
} from 'three';
import type { Side } from '#xr/grab.ts';
import type { Hand } from '#xr/hands.ts';
import type { PressTarget } from '#xr/roomPart.ts';
import { lettersLoaded, PIXELS_PER_DMM } from './roomStyle.ts';

/** A rectangle of a sheet that can be pressed; dmm from the upper left corner. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** On release over it. */
  press?(): void;
  /** While held, wherever the hand goes: share of the width and of the height, 0 to 1. */
  drag?(shareX: number, shareY: number): void;
  /** The drag ended. */
  dropped?(): void;
}

export interface SheetOptions {
  /** dmm. */
  readonly width: number;
  readonly height: number;
  readonly metresPerDmm: number;
  readonly wornOn?: Side;
  /** Draws everything and gives what can be pressed. Called when `changed` was, at most once per frame. */
  paint(ctx: CanvasRenderingContext2D): readonly Spot[];
  scroll?(y: number, sinceMs: number): void;
  /** Not pressed, pulled up or down on what is no slider: in dmm. */
  pull?(dmm: number): void;
}

/**
 * A panel in the room: a quad with its picture drawn by Canvas 2D, 2 pixels per dmm, drawn anew only when what it shows changed.
 * What the ray is over is lit by the shader, so pointing costs no upload.
 */
export class Sheet implements PressTarget {
  readonly mesh: Mesh;
  readonly width: number;
  readonly height: number;
  readonly metresPerDmm: number;
  readonly wornOn?: Side;
  private readonly options: SheetOptions;
  private readonly ctx: CanvasRenderingContext2D;
  private readonly texture: CanvasTexture;
  private readonly geometry: PlaneGeometry;
  private readonly material: ShaderMaterial;
  private readonly lit = new Vector4();
  private readonly pressedAt = { value: 0 };
  private readonly localFromRoom = new Matrix4();
  private spots: readonly Spot[] = [];
  private dirty = true;
  private over: Spot | null = null;
  private held: Spot | null = null;
  private readonly heldFrom = new Vector3();
  private pulledY = 0;
  private pulling = false;

  constructor(options: SheetOptions) {
    this.options = options;
    this.width = options.width;
    this.height = options.height;
    this.metresPerDmm = options.metresPerDmm;
    if (options.wornOn !== undefined) this.wornOn = options.wornOn;
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(options.width * PIXELS_PER_DMM);
    canvas.height = Math.round(options.height * PIXELS_PER_DMM);
    const ctx = canvas.getContext('2d');
    if (!ctx) throw new Error('no 2D canvas');
    this.ctx = ctx;
    this.texture = new CanvasTexture(canvas);
    this.texture.colorSpace = NoColorSpace;
    this.texture.minFilter = LinearMipmapLinearFilter;
    this.texture.magFilter = LinearFilter;
    this.texture.anisotropy = 8;
    this.texture.premultiplyAlpha = true;
    this.geometry = new PlaneGeometry(options.width * options.metresPerDmm, options.height * options.metresPerDmm);
    this.material = new ShaderMaterial({
      name: 'sheet',
      uniforms: {
        uPicture: { value: this.texture },
        /** Lit rectangle: x, y, width, height in parts of the sheet from its upper left corner. */
        uLit: { value: this.lit },
        uPressed: this.pressedAt,
        uAspect: { value: options.width / options.height },
        uRound: { value: 12 / options.height },
      },
      vertexShader: /* glsl */ `
varying vec2 vPlace;
void main() { vPlace = uv; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.); }`,
      fragmentShader: /* glsl */ `
uniform sampler2D uPicture;
uniform vec4 uLit;
uniform float uPressed;
uniform float uAspect;
uniform float uRound;
varying vec2 vPlace;
void main() {
  vec4 picture = texture2D(uPicture, gl_FrontFacing ? vPlace : vec2(1. - vPlace.x, vPlace.y));
  if (!gl_FrontFacing) picture = vec4(.09, .106, .122, 1.) * picture.a;
  vec2 stretch = vec2(uAspect, 1.);
  vec2 half_ = uLit.zw * .5 * stretch;
  vec2 away = abs((vec2(vPlace.x, 1. - vPlace.y) - uLit.xy) * stretch - half_) - half_ + uRound;
  float outside = length(max(away, 0.)) + min(max(away.x, away.y), 0.) - uRound;
  float blur = fwidth(vPlace.y) + 1e-6;
  float inside = uLit.z > 0. && gl_FrontFacing ? 1. - smoothstep(-blur, blur, outside) : 0.;
  picture.rgb += inside * (.075 + .1 * uPressed) * picture.a;
  if (picture.a < .01) discard;
  gl_FragColor = picture;
}`,
      transparent: true,
      side: DoubleSide,
      toneMapped: false,
      blending: CustomBlending,
      blendSrc: OneFactor,
      blendDst: OneMinusSrcAlphaFactor,
    });
    this.mesh = new Mesh(this.geometry, this.material);
    this.mesh.name = 'sheet';
    this.mesh.matrixAutoUpdate = false;
    this.mesh.renderOrder = 40;
    this.mesh.raycast = () => undefined;
    void lettersLoaded().then(() => this.changed());
  }

  changed(): void {
    this.dirty = true;
  }

  get visible(): boolean {
    return this.mesh.visible;
  }
  set visible(visible: boolean) {
    if (this.mesh.visible === visible) return;
    this.mesh.visible = visible;
    if (!visible) this.light(null);
  }

  /** Once per frame, after the mesh was placed: `mesh.matrix` is in the room. */
  step(): void {
    if (!this.mesh.visible) return;
    this.localFromRoom.copy(this.mesh.matrix).invert();
    if (!this.dirty) return;
    this.dirty = false;
    const { ctx } = this;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
    ctx.setTransform(PIXELS_PER_DMM, 0, 0, PIXELS_PER_DMM, 0, 0);
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    this.spots = this.options.paint(ctx);
    // The same place of a sheet that was drawn anew is another object: what is held goes on by its place.
    const { over, held } = this;
    this.over = over && this.same(over);
    if (held && !held.drag) this.held = this.same(held);
    this.light(this.over);
    this.texture.needsUpdate = true;
  }

  private same(spot: Spot): Spot | null {
    for (let n = 0; n < this.spots.length; n++) {
      const other = this.spots[n] as Spot;
      if (other.x === spot.x && other.y === spot.y && other.width === spot.width) return other;
    }
    return null;
  }

  distance(origin: Vector3, direction: Vector3): number {
    if (!this.mesh.visible) return Infinity;
    from.copy(origin).applyMatrix4(this.localFromRoom);
    way.copy(direction).transformDirection(this.localFromRoom);
    if (from.z <= 0 || way.z >= -1e-6) return Infinity;
    const t = -from.z / way.z;
    if (!this.held && !this.inside(from.x + way.x * t, from.y + way.y * t)) return Infinity;
    return t;
  }

  reach(tip: Vector3): number {
    if (!this.mesh.visible) return Infinity;
    from.copy(tip).applyMatrix4(this.localFromRoom);
    return this.held || this.inside(from.x, from.y) ? from.z : Infinity;
  }

  point(_hand: Hand, place: Vector3): void {
    this.toDmm(place);
    this.light(this.spotAt(from.x, from.y));
  }
  leave(_hand: Hand): void {
    this.light(null);
  }
  press(_hand: Hand, place: Vector3): void {
    this.toDmm(place);
    this.held = this.spotAt(from.x, from.y);
    this.heldFrom.copy(from);
    this.pulledY = from.y;
    this.pulling = false;
    this.pressedAt.value = 1;
    this.slide();
  }
  drag(_hand: Hand, place: Vector3): void {
    this.toDmm(place);
    const { held } = this;
    if (held?.drag) {
      this.slide();
      return;
    }
    if (!this.options.pull) return;
    if (Math.abs(from.y - this.heldFrom.y) > 18) this.pulling = true;
    if (this.pulling) {
      this.options.pull(this.pulledY - from.y);
      this.light(null);
    }
    this.pulledY = from.y;
  }
  release(_hand: Hand): void {
    const { held } = this;
    this.held = null;
    this.pressedAt.value = 0;
    if (held?.drag) held.dropped?.();
    else if (!this.pulling) held?.press?.();
    this.pulling = false;
  }
  scroll(y: number, sinceMs: number): void {
    this.options.scroll?.(y, sinceMs);
  }

  private slide(): void {
    const { held } = this;
    held?.drag?.(clamp01((from.x - held.x) / held.width), clamp01((from.y - held.y) / held.height));
  }

  private spotAt(x: number, y: number): Spot | null {
    // What was drawn last lies on top.
    for (let n = this.spots.length - 1; n >= 0; n--) {
      const spot = this.spots[n] as Spot;
      if (x >= spot.x && y >= spot.y && x < spot.x + spot.width && y < spot.y + spot.height) return spot;
    }
    return null;
  }

  private light(spot: Spot | null): void {
    this.over = spot;
    if (spot) {
      this.lit.set(spot.x / this.width, spot.y / this.height, spot.width / this.width, spot.height / this.height);
    } else this.lit.set(0, 0, 0, 0);
  }

  private inside(x: number, y: number): boolean {
    return Math.abs(x) <= (this.width / 2) * this.metresPerDmm && Math.abs(y) <= (this.height / 2) * this.metresPerDmm;
  }

  private toDmm(place: Vector3): void {
    from.copy(place).applyMatrix4(this.localFromRoom);
    from.set(from.x / this.metresPerDmm + this.width / 2, this.height / 2 - from.y / this.metresPerDmm, 0);
  }

  dispose(): void {
    this.geometry.dispose();
    this.material.dispose();
    this.texture.dispose();
  }
}

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));
const from = new Vector3();
const way = new Vector3();
