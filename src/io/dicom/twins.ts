import type { Warning } from '#core/warnings.ts';
import type { ByteSource } from '#io/source.ts';
import { pictureOf } from './mosaic.ts';
import { pixelSource } from './pixelSource.ts';
import { distanceMm, SAME_PLACE_MM, type Slice } from './stack.ts';

/**
 * Slices without those that hold the same picture at the same place as another: a series that was sent twice under new UIDs.
 * Their pixels are read, of doubled places alone, and no further than to the first place whose pictures all differ.
 * @returns null where no place has twins alone
 */
export async function withoutTwins(
  slices: readonly Slice[],
  files: readonly ByteSource[],
): Promise<{ readonly slices: readonly Slice[]; readonly warning: Warning } | null> {
  const dropped = new Map<Slice, Slice>();
  for (const place of doubledPlaces(slices)) {
    const kept: { readonly slice: Slice; readonly bytes: Uint8Array }[] = [];
    for (const slice of place) {
      const bytes = await pixelSource(files[slice.file] as ByteSource, pictureOf(slice.pixels)).frame(
        slice.pixels.mosaic ? 0 : slice.frame.index,
      );
      const twin = kept.find((other) => sameValues(other.slice, slice) && sameBytes(other.bytes, bytes));
      if (twin) dropped.set(slice, twin.slice);
      else kept.push({ slice, bytes });
    }
    if (kept.length > 1) return null;
  }
  const [first] = dropped;
  if (!first) return null;
  const [slice, twin] = first;
  const more = dropped.size > 1 ? `, and ${dropped.size - 1} more` : '';
  return {
    slices: slices.filter((one) => !dropped.has(one)),
    warning: {
      code: 'duplicate-slice',
      where: 'ImagePositionPatient',
      kept: 'the first of each',
      text: `${slice.name} lies at ${place(slice)}, where ${twin.name} lies, and holds the same picture${more}: each is used once.`,
    },
  };
}

function doubledPlaces(slices: readonly Slice[]): Slice[][] {
  const places: Slice[][] = [];
  const sorted = slices.toSorted((a, b) => a.frame.instanceNumber - b.frame.instanceNumber);
  for (const slice of sorted) {
    const { position } = slice.frame;
    if (position === null) continue;
    const home = places.find(([other]) => distanceMm(other?.frame.position ?? position, position) < SAME_PLACE_MM);
    if (home) home.push(slice);
    else places.push([slice]);
  }
  return places.filter((slicesThere) => slicesThere.length > 1);
}

function sameValues(a: Slice, b: Slice): boolean {
  return (
    a.frame.slope === b.frame.slope &&
    a.frame.intercept === b.frame.intercept &&
    a.pixels.syntaxUid === b.pixels.syntaxUid
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}

function place({ frame }: Slice): string {
  return (frame.position ?? []).map((value) => Number(value.toFixed(2))).join('\\');
}
