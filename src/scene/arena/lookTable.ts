import { Color, DataTexture, FloatType, NearestFilter, RGBAFormat, SRGBColorSpace } from 'three';
import type { SegmentRecord } from '#state/viewer.ts';
import { tissueLooks } from './tissueLook.ts';

/** Rows of the table; each is one RGBA32F texel per slot. */
export const lookRows = {
  /** Colour (linear) and opacity (0 when hidden). */
  color: 0,
  /** Roughness, wrap, grain per mm, grain strength. */
  surface: 1,
  /** Long axis (RAS unit vector) and stretch; below 0: hatched. */
  fibre: 2,
  /** Hover 0/1, selected 0/1, mottle, share of the key light. */
  state: 3,
} as const;
const LOOK_ROWS = 4;

export interface LookState {
  readonly segments: readonly SegmentRecord[];
  readonly selection: readonly string[];
  readonly hover: string | null;
  /** Long axis of each slot's surface, RAS; absent: no fibres. */
  readonly axes: ReadonlyMap<number, readonly [number, number, number]>;
}

/** Smallest power of two that holds every slot, so that the texture is not made anew with each segment. */
export function lookTableWidth(segments: readonly SegmentRecord[]): number {
  let width = 64;
  for (const { slot } of segments) while (slot >= width) width *= 2;
  return width;
}

const scratch = new Color();

/** Writes the whole table: `texels` holds `width` × 4 RGBA32F, row after row. Slots without a segment are hidden. */
export function writeLookTable(texels: Float32Array<ArrayBufferLike>, width: number, state: LookState): void {
  texels.fill(0);
  const put = (row: number, slot: number, r: number, g: number, b: number, a: number) => {
    const at = 4 * (row * width + slot);
    texels[at] = r;
    texels[at + 1] = g;
    texels[at + 2] = b;
    texels[at + 3] = a;
  };
  const selected = new Set(state.selection);
  for (const segment of state.segments) {
    const look = tissueLooks[segment.tissue];
    const axis = state.axes.get(segment.slot);
    scratch.setStyle(segment.color, SRGBColorSpace);
    put(lookRows.color, segment.slot, scratch.r, scratch.g, scratch.b, segment.visible ? segment.opacity : 0);
    put(lookRows.surface, segment.slot, look.rough, look.wrap, look.grainPerMm, look.grain);
    put(
      lookRows.fibre,
      segment.slot,
      axis?.[0] ?? 0,
      axis?.[1] ?? 0,
      axis?.[2] ?? 0,
      axis || look.stretch < 0 ? look.stretch : 0,
    );
    put(
      lookRows.state,
      segment.slot,
      segment.id === state.hover ? 1 : 0,
      selected.has(segment.id) ? 1 : 0,
      look.mottle,
      look.key,
    );
  }
}

export function makeLookTable(width: number): DataTexture {
  const texture = new DataTexture(new Float32Array(4 * LOOK_ROWS * width), width, LOOK_ROWS, RGBAFormat, FloatType);
  texture.minFilter = NearestFilter;
  texture.magFilter = NearestFilter;
  texture.generateMipmaps = false;
  return texture;
}
