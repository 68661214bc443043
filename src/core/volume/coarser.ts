/** So many voxels along each axis become one where a scan is read coarser. */
export const coarsers = [2, 3, 4] as const;
export type Coarser = (typeof coarsers)[number];

const fractions: Readonly<Record<Coarser, string>> = { 2: '½', 3: '⅓', 4: '¼' };

export function coarserName(name: string, factor: Coarser): string {
  return `${name} (${resolutionOf(factor)})`;
}

export function resolutionOf(factor: Coarser): string {
  return `${fractions[factor]} resolution`;
}
