import type { Shape, Triple } from './shape.ts';
import type { Tissue } from './tissue.ts';

/** Known by construction, not by counting voxels. Lengths in RAS mm. */
export interface Exact {
  readonly volumeMl?: number;
  readonly surfaceMm2?: number;
  readonly diameterMm?: number;
  readonly lengthMm?: number;
  /** Aorta: of its ascending part; `diameterMm` is the descending one's. */
  readonly ascendingDiameterMm?: number;
  /** Of a shell, of a bar, of a haematoma where it is thickest. */
  readonly thicknessMm?: number;
  readonly centreRas?: readonly [number, number, number];
  readonly distanceMm?: number;
  readonly tiltDegrees?: number;
  /** Geometric objects: wholly within the field of view; else the grid cuts it and its voxels hold less than `volumeMl`. */
  readonly whole?: boolean;
}

export interface Structure {
  readonly name: string;
  readonly group: string;
  readonly shape: Shape;
  readonly tissue: Tissue;
  readonly exact: Exact;
  /** False: drawn, but no part of the body (the table). */
  readonly labelled: boolean;
}

/** Drawn first to last: a structure hides what comes after it. Several may carry one name. */
export interface Body {
  readonly structures: readonly Structure[];
  /** RAS mm = scale × (the structures' own mm − origin). */
  readonly scale: number;
  readonly origin?: Triple;
  /** What is drawn where nothing is; −1000 (HU of air) unless told. */
  readonly empty?: number;
}

/** Measures in the structures' own mm as RAS mm; tilts, areas and volumes by their power of the scale. */
export function exactInRas(exact: Exact, scale: number, origin: Triple = [0, 0, 0]): Exact {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(exact)) {
    if (key === 'volumeMl') out[key] = (value as number) * scale ** 3;
    else if (key === 'surfaceMm2') out[key] = (value as number) * scale ** 2;
    else if (key === 'tiltDegrees') out[key] = value;
    else if (typeof value === 'number') out[key] = value * scale;
    else if (typeof value === 'boolean') out[key] = value;
    else out[key] = (value as Triple).map((v, axis) => (v - (origin[axis] as number)) * scale);
  }
  return out as Exact;
}
