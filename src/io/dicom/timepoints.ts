import type { Warning } from '#core/warnings.ts';
import type { Slice } from './stack.ts';

/** Some places have more slices than others. */
export const TIMES_UNEVEN = Symbol('uneven');

/**
 * Slices place by place → timepoint by timepoint. The keyword that numbers the timepoints is the first whose values are the
 * same set at every place; else the first that tells the slices of each place apart; else the instance number, with a warning.
 */
export function orderTimes(
  places: readonly (readonly Slice[])[],
  warnings: Warning[],
): readonly Slice[] | typeof TIMES_UNEVEN {
  const count = places[0]?.length ?? 0;
  if (places.some((place) => place.length !== count)) return TIMES_UNEVEN;
  if (count === 1) return places.map((place) => place[0] as Slice);
  const keyword = keywordOfTime(places);
  if (keyword === null)
    warnings.push({
      code: 'timepoint-order',
      where: 'InstanceNumber',
      kept: 'the order of instance numbers',
      text: `${count} pictures lie at each place and nothing but InstanceNumber orders them.`,
    });
  const sorted = places.map((place) =>
    keyword === null ? place : place.toSorted((a, b) => time(a, keyword) - time(b, keyword)),
  );
  return Array.from({ length: count }, (_, t) => sorted.map((place) => place[t] as Slice)).flat();
}

function keywordOfTime(places: readonly (readonly Slice[])[]): string | null {
  const keywords = Object.keys(places[0]?.[0]?.frame.times ?? {});
  const tellsApart = keywords.filter((keyword) =>
    places.every((place) => {
      const values = place.map((slice) => slice.frame.times[keyword]);
      return values.every((value) => value !== null) && new Set(values).size === place.length;
    }),
  );
  const setOf = (place: readonly Slice[], keyword: string) =>
    place
      .map((slice) => time(slice, keyword))
      .toSorted((a, b) => a - b)
      .join();
  const even = tellsApart.find((keyword) => {
    const first = setOf(places[0] as readonly Slice[], keyword);
    return places.every((place) => setOf(place, keyword) === first);
  });
  return even ?? tellsApart[0] ?? null;
}

function time(slice: Slice, keyword: string): number {
  return slice.frame.times[keyword] ?? 0;
}
