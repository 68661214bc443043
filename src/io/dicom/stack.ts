import type { Vector3 } from '#core/space/affine.ts';
import type { Frame } from './frames.ts';
import type { StoredPixels } from './instance.ts';

/** A frame and the file that it lies in. */
export interface Slice {
  /** Index of its file among those that were listed. */
  readonly file: number;
  /** The file's base name, for words. */
  readonly name: string;
  /** Study and frame of reference where those set slices of its series apart; '' where they do not. */
  readonly body: string;
  readonly pixels: StoredPixels;
  readonly frame: Frame;
}

/** Slices that may be one volume, and the keyword that set them apart from others of their series ('' where nothing did). */
export interface Stack {
  readonly slices: readonly Slice[];
  readonly splitBy: string;
}

/** Two slices are at one place where their corners are closer than this. */
export const SAME_PLACE_MM = 0.005;
/** Two directions are one where no component differs by more: 0.06 degrees. */
const SAME_DIRECTION = 1e-3;

/**
 * One series as the stacks that it holds. Other frame of reference, matrix, spacing, orientation or number format: always another stack. Other
 * image type, echo, kernel or stack id: only where slices would otherwise share their places (magnitude and phase, two echoes).
 */
export function stacksOf(slices: readonly Slice[]): Stack[] {
  const geometric = split(slices, (a, b) => geometricDifference(a, b));
  return geometric.flatMap((stack) => {
    if (!sharesPlaces(stack.slices)) return [stack];
    const parts = split(stack.slices, (a, b) => differenceOfKind(a, b));
    return parts.map((part) => (part.splitBy === '' ? { ...part, splitBy: stack.splitBy } : part));
  });
}

/** The keywords, one of which may split slices that share places into groups that do not: an acquisition each. */
export function splitByAcquisition(slices: readonly Slice[]): Stack[] | null {
  for (const keyword of ['AcquisitionNumber', 'TemporalPositionIdentifier', 'AcquisitionTime'] as const) {
    const parts = split(slices, (a, b) => (a.frame.times[keyword] === b.frame.times[keyword] ? null : keyword));
    if (parts.length > 1 && parts.length <= slices.length / 2 && !parts.some((part) => sharesPlaces(part.slices)))
      return parts.map((part) => ({ ...part, splitBy: keyword }));
  }
  return null;
}

function split(slices: readonly Slice[], difference: (a: Slice, b: Slice) => string | null): Stack[] {
  const groups: { slices: Slice[]; splitBy: string }[] = [];
  for (const slice of slices) {
    const home = groups.find((group) => difference(group.slices[0] as Slice, slice) === null);
    if (home) home.slices.push(slice);
    else
      groups.push({
        slices: [slice],
        splitBy: groups[0] ? (difference(groups[0].slices[0] as Slice, slice) ?? '') : '',
      });
  }
  // The first group differs from the others by what the second differs from it.
  if (groups[0] && groups[1]) groups[0].splitBy = groups[1].splitBy;
  return groups;
}

function geometricDifference(a: Slice, b: Slice): string | null {
  if (a.body !== b.body) return 'FrameOfReferenceUID';
  if (a.frame.alone !== b.frame.alone) return 'ImagePositionPatient';
  // Pictures that are no slices have nothing in common but their series.
  if (a.frame.alone && a.file !== b.file) return 'SOPInstanceUID';
  if (a.pixels.rows !== b.pixels.rows) return 'Rows';
  if (a.pixels.columns !== b.pixels.columns) return 'Columns';
  if (a.pixels.kind !== b.pixels.kind || a.pixels.bitsAllocated !== b.pixels.bitsAllocated) return 'BitsAllocated';
  if ((a.pixels.colour === null) !== (b.pixels.colour === null)) return 'PhotometricInterpretation';
  if (a.pixels.signed !== b.pixels.signed) return 'PixelRepresentation';
  const [p, q] = [a.frame.pixelSpacing, b.frame.pixelSpacing];
  if ((p === null) !== (q === null)) return 'PixelSpacing';
  if (p && q && (differs(p[0], q[0]) || differs(p[1], q[1]))) return 'PixelSpacing';
  if (!sameDirection(a.frame.rowDirection, b.frame.rowDirection)) return 'ImageOrientationPatient';
  if (!sameDirection(a.frame.columnDirection, b.frame.columnDirection)) return 'ImageOrientationPatient';
  return null;
}

function differenceOfKind(a: Slice, b: Slice): string | null {
  return Object.keys(a.frame.kind).find((keyword) => a.frame.kind[keyword] !== b.frame.kind[keyword]) ?? null;
}

function differs(a: number, b: number): boolean {
  return Math.abs(a - b) > 1e-4 * Math.max(a, b);
}

function sameDirection(a: Vector3 | null, b: Vector3 | null): boolean {
  if (a === null || b === null) return a === b;
  return a.every((value, axis) => Math.abs(value - (b[axis] as number)) <= SAME_DIRECTION);
}

export function distanceMm(a: Vector3, b: Vector3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function sharesPlaces(slices: readonly Slice[]): boolean {
  const positions = slices.flatMap((slice) => (slice.frame.position ? [slice.frame.position] : []));
  // Sorted along one axis that separates them, so that neighbours suffice; ties are told apart by the full distance.
  const sorted = positions.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const near = (a: Vector3, b: Vector3) => distanceMm(a, b) < SAME_PLACE_MM;
  return sorted.some((position, n) => {
    for (let m = n + 1; m < sorted.length; m++) {
      const next = sorted[m] as Vector3;
      if (next[0] - position[0] >= SAME_PLACE_MM) return false;
      if (near(position, next)) return true;
    }
    return false;
  });
}
