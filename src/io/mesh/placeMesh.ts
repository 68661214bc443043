import { type Affine, invert, transform } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { type MeshFile, refuseMesh } from './meshData.ts';

/** Smallest and largest corner, RAS mm. */
export type Box = readonly [low: readonly number[], high: readonly number[]];

export interface PlacedMesh {
  readonly name: string;
  readonly color: `#${string}` | null;
  /** RAS mm. */
  readonly positions: Float32Array<ArrayBuffer>;
  readonly triangles: Uint32Array<ArrayBufferLike>;
}

export interface PlacedMeshes {
  readonly meshes: readonly PlacedMesh[];
  readonly box: Box;
  /** The file does not say whether it is RAS or LPS. */
  readonly spaceAssumed: boolean;
  readonly warnings: readonly Warning[];
}

/** Longest side of anything that is a part of a body or holds one, mm. */
const LEAST_MM = 2;
const MOST_MM = 3000;
/** A guessed unit has to make something of this size. */
const LIKELY_MM = [20, 2500] as const;
const UNITS = [
  ['metres', 1000],
  ['centimetres', 10],
  ['inches', 25.4],
  ['millimetres', 1],
  ['micrometres', 0.001],
] as const;

/**
 * Meshes in RAS mm. Where the unit makes a box that no body has, the unit that makes a likely one (that of the scan, if one is open) is
 * taken and said.
 * @throws VesaliusError 'geometry' where no unit does, without the file's name
 */
export function placeMeshes(
  file: MeshFile,
  scan: { readonly dims: Dims; readonly rasFromIjk: Affine<'ras', 'ijk'> } | null,
): PlacedMeshes {
  const warnings: Warning[] = [...file.warnings];
  const turn = turns[file.space ?? 'ras'];
  if (file.space === null)
    warnings.push({
      code: 'mesh-space-assumed',
      where: 'header',
      kept: 'RAS',
      text: 'The file does not say whether its first two axes point right and forwards (RAS) or left and backwards (LPS); RAS was taken.',
    });
  const raw = boxOf(file.meshes.map(({ positions }) => positions));
  if (!raw) throw refuseMesh('mesh', 'vertices', 'at least one', 'none');
  const side = Math.max(...raw[0].map((low, axis) => (raw[1][axis] as number) - low));
  if (!Number.isFinite(side) || side === 0)
    throw refuseMesh('mesh', 'vertices', 'a box with a volume', `a longest side of ${side}`, 'geometry');
  const unitMm = unitOf(file, side, (mm) => scan === null || within(turned(raw, turn, mm), boxOfGrid(scan)), warnings);
  const meshes = file.meshes.map(({ name, color, positions, triangles }): PlacedMesh => {
    const ras = new Float32Array(positions.length);
    for (let n = 0; n < positions.length; n += 3)
      for (let axis = 0; axis < 3; axis++) {
        const [from, sign] = turn[axis] as readonly [number, number];
        ras[n + axis] = sign * unitMm * (positions[n + from] as number);
      }
    return { name, color, positions: ras, triangles };
  });
  return {
    meshes,
    box: boxOf(meshes.map(({ positions }) => positions)) as Box,
    spaceAssumed: file.space === null,
    warnings,
  };
}

/** Which of the file's axes makes R, A and S, and its sign. */
const turns: Readonly<Record<'ras' | 'lps' | 'gltf', readonly (readonly [from: number, sign: number])[]>> = {
  ras: [
    [0, 1],
    [1, 1],
    [2, 1],
  ],
  lps: [
    [0, -1],
    [1, -1],
    [2, 1],
  ],
  gltf: [
    [0, 1],
    [2, -1],
    [1, 1],
  ],
};

function unitOf(file: MeshFile, side: number, fits: (mm: number) => boolean, warnings: Warning[]): number {
  const said = file.unitMm ?? 1;
  if (file.sure || (side * said >= LEAST_MM && side * said <= MOST_MM)) return said;
  const likely = UNITS.filter(([, mm]) => side * mm >= LIKELY_MM[0] && side * mm <= LIKELY_MM[1]);
  const found = likely.find(([, mm]) => fits(mm)) ?? likely[0];
  if (!found)
    throw refuseMesh(
      'mesh',
      'unit',
      `a longest side of ${LEAST_MM} to ${MOST_MM} mm`,
      `${Number((side * said).toPrecision(4))} mm`,
      'geometry',
    );
  warnings.push({
    code: 'mesh-unit-guessed',
    where: 'unit',
    kept: found[0],
    text: `With lengths in ${file.unitMm === 1000 ? 'metres' : 'millimetres'} the longest side would be ${Number((side * said).toPrecision(4))} mm; they were taken as ${found[0]}: ${Number((side * found[1]).toPrecision(4))} mm.`,
  });
  return found[1];
}

export function boxOf(lists: readonly ArrayLike<number>[]): Box | null {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const positions of lists)
    for (let n = 0; n < positions.length; n++) {
      const value = positions[n] as number;
      const axis = n % 3;
      if (!Number.isFinite(value)) throw refuseMesh('mesh', 'vertices', 'finite numbers', value);
      if (value < (low[axis] as number)) low[axis] = value;
      if (value > (high[axis] as number)) high[axis] = value;
    }
  return (low[0] as number) <= (high[0] as number) ? [low, high] : null;
}

function turned([low, high]: Box, turn: readonly (readonly [number, number])[], mm: number): Box {
  const ends = turn.map(([from, sign]) =>
    [sign * mm * (low[from] as number), sign * mm * (high[from] as number)].sort((a, b) => a - b),
  );
  return [ends.map(([least]) => least as number), ends.map(([, most]) => most as number)];
}

export function boxOfGrid({
  dims,
  rasFromIjk,
}: {
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}): Box {
  const corners = Array.from({ length: 8 }, (_, n) =>
    transform(rasFromIjk, [n & 1 ? dims[0] - 0.5 : -0.5, n & 2 ? dims[1] - 0.5 : -0.5, n & 4 ? dims[2] - 0.5 : -0.5]),
  );
  return boxOf(corners) as Box;
}

/** Inside, but for a twentieth of the side. */
function within([low, high]: Box, [outerLow, outerHigh]: Box): boolean {
  return low.every((value, axis) => {
    const slack = ((outerHigh[axis] as number) - (outerLow[axis] as number)) / 20;
    return value >= (outerLow[axis] as number) - slack && (high[axis] as number) <= (outerHigh[axis] as number) + slack;
  });
}

export function apart([low, high]: Box, [otherLow, otherHigh]: Box): boolean {
  return low.some(
    (value, axis) => value > (otherHigh[axis] as number) || (high[axis] as number) < (otherLow[axis] as number),
  );
}

/** Vertices beyond the grid's outermost voxels: what is cut off. */
export function countOutside(
  positions: ArrayLike<number>,
  { dims, rasFromIjk }: { readonly dims: Dims; readonly rasFromIjk: Affine<'ras', 'ijk'> },
): number {
  const ijkFromRas = invert(rasFromIjk);
  let outside = 0;
  for (let n = 0; n < positions.length; n += 3) {
    const at = transform(ijkFromRas, [positions[n] as number, positions[n + 1] as number, positions[n + 2] as number]);
    if (at.some((value, axis) => value < -0.501 || value > (dims[axis] as number) - 0.499)) outside++;
  }
  return outside;
}
