import { VesaliusError } from '#core/errors.ts';
import { areaMm2 } from '#core/mesh/areaMm2.ts';
import { closeOpenings } from '#core/mesh/closeOpenings.ts';
import { type EdgeCensus, edgeCensus } from '#core/mesh/edgeCensus.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { type Voxelised, voxelise } from '#core/mesh/voxelise.ts';
import { weld } from '#core/mesh/weld.ts';
import { affine } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import {
  apart,
  type Box,
  boxOfGrid,
  countOutside,
  type PlacedMesh,
  type PlacedMeshes,
  placeMeshes,
} from '../mesh/placeMesh.ts';
import { readMesh } from '../mesh/readMesh.ts';
import type { SourceHead } from '../sourceHead.ts';
import { packLayers } from './runs.ts';
import type { LabelGrid, ReadSegment, ScanGrid, SegmentSet } from './segmentSet.ts';
import { tissueOf } from './tissueOf.ts';

/** Voxels along the longest side of a grid that is made around meshes, and those left free on each side. */
const AROUND = 256;
const MARGIN = 4;

export interface MeshSource {
  readonly head: SourceHead;
  readonly placed: PlacedMeshes;
}

/** @param scan whose size tells the unit where the mesh's own is implausible */
export async function readPlaced(head: SourceHead, scan: ScanGrid | null): Promise<MeshSource> {
  const file = await readMesh(head);
  try {
    return { head, placed: placeMeshes(file, scan) };
  } catch (thrown) {
    throw thrown instanceof VesaliusError ? thrown.in(head.source.name) : thrown;
  }
}

/** An isotropic grid around meshes that come without a scan, axes along RAS. */
export function gridAround(boxes: readonly Box[]): LabelGrid {
  const low = [0, 1, 2].map((axis) => Math.min(...boxes.map(([least]) => least[axis] as number)));
  const sides = [0, 1, 2].map(
    (axis) => Math.max(...boxes.map(([, most]) => most[axis] as number)) - (low[axis] as number),
  );
  const step = Math.max(...sides) / (AROUND - 2 * MARGIN);
  const dims = sides.map((side) => Math.ceil(side / step) + 2 * MARGIN) as [number, number, number];
  const origin = low.map(
    (least, axis) => least + (sides[axis] as number) / 2 - (step * ((dims[axis] as number) - 1)) / 2,
  );
  return { dims, rasFromIjk: affine('ras', 'ijk', [step, 0, 0, 0, 0, step, 0, 0, 0, 0, step, 0, ...origin, 1]) };
}

/**
 * The meshes of a file as segments: voxels whose centres lie within, openings closed by lids. How far the voxels' volume is off the mesh's
 * own stands with each segment.
 * @throws VesaliusError 'geometry' where no mesh encloses anything (with the number of open edges), or none lies on the grid
 */
export async function* readMeshSegments({ head, placed }: MeshSource, grid: LabelGrid): AsyncSteps<SegmentSet> {
  const file = head.source.name;
  const warnings: Warning[] = [...placed.warnings];
  if (apart(placed.box, boxOfGrid(grid))) throw beside(placed, grid, file);
  const stem = file.replace(/(\.gz)?$/i, '').replace(/\.[^.]+$/, '') || file;
  const made: {
    readonly mesh: PlacedMesh;
    readonly name: string;
    readonly found: Voxelised;
    readonly openings: number;
    readonly meshMm3: number;
  }[] = [];
  const open: string[] = [];
  for (const [index, mesh] of placed.meshes.entries()) {
    const name = mesh.name || (placed.meshes.length === 1 ? stem : `${stem} ${index + 1}`);
    const welded = weld(mesh);
    const census = edgeCensus(welded);
    const whole = enclosing(welded, census);
    if ('why' in whole) {
      open.push(`${name}: ${whole.why}`);
      continue;
    }
    const { widthsMm } = whole;
    if (widthsMm.length > 0)
      say(
        warnings,
        'mesh-closed',
        'lids over its openings',
        `${name} was open at ${widthsMm.length} ${widthsMm.length === 1 ? 'place' : 'places'}, at most ${Math.max(...widthsMm).toFixed(1)} mm across: closed by a lid around the middle of each rim.`,
      );
    const wound = widthsMm.length > 0 || census.unbalancedEdges === 0;
    const found = yield* voxelise(whole.mesh, grid, wound ? 'non-zero' : 'even-odd');
    if (!wound)
      say(
        warnings,
        'mesh-winding',
        'the even-odd rule',
        `Triangles of ${name} are wound against each other at ${census.unbalancedEdges} edges; inside is what an odd number of crossings says.`,
      );
    else if (found.voxels !== found.evenOddVoxels)
      say(
        warnings,
        'mesh-shells-overlap',
        'their union',
        `Shells of ${name} lie within each other or overlap; what any of them encloses belongs to it (${Math.abs(found.voxels - found.evenOddVoxels)} voxels).`,
      );
    const cut = countOutside(mesh.positions, grid);
    if (cut > 0)
      say(
        warnings,
        'mesh-outside',
        'what lies on the scan',
        `${cut} of ${mesh.positions.length / 3} vertices of ${name} lie outside of the scan: the segment ends there.`,
      );
    made.push({ mesh, name, found, openings: widthsMm.length, meshMm3: Math.abs(signedVolumeMm3(whole.mesh)) });
  }
  if (made.length === 0)
    throw new VesaliusError({
      code: 'geometry',
      what: 'mesh',
      where: 'triangles',
      expected: 'a surface that encloses something',
      got: open.join('; ').slice(0, 400),
      file,
    });
  if (open.length > 0)
    say(
      warnings,
      'mesh-open',
      'those that enclose something',
      `Open surfaces enclose nothing and were left out: ${open.join('; ').slice(0, 1500)}.`,
    );
  const voxelMm3 = voxelVolumeMm3(grid.rasFromIjk);
  const { layers, layerOf } = yield* packLayers(
    grid.dims,
    made.map(({ found }, index) => ({ value: index + 1, runs: found.runs })),
  );
  const segments = made.map(({ mesh, name, found, openings, meshMm3 }, index): ReadSegment => {
    const off = meshMm3 > 0 ? (100 * (found.voxels * voxelMm3 - meshMm3)) / meshMm3 : 0;
    return {
      value: index + 1,
      layer: layerOf[index] as number,
      name: name.slice(0, 200),
      color: mesh.color,
      code: null,
      ...tissueOf(name, null),
      madeBy: 'voxels of a mesh',
      voxels: found.voxels,
      facts: {
        meshVolumeMl: Number((meshMm3 / 1000).toPrecision(6)),
        volumeErrorPercent: Number(off.toPrecision(3)),
        ...(openings > 0 && { openingsClosed: openings }),
      },
    };
  });
  return { format: 'mesh', grid, segments, layers, belongsTo: null, warnings };
}

/** As large as this a lid is guessed more than the surface is known; half a sphere has one of 0.5. */
const LARGEST_LID = 0.75;

function enclosing(
  mesh: Pick<Mesh, 'positions' | 'triangles'>,
  { closed, boundaryEdges }: EdgeCensus,
): { readonly mesh: typeof mesh; readonly widthsMm: readonly number[] } | { readonly why: string } {
  if (mesh.triangles.length === 0) return { why: 'no triangle with an area' };
  if (closed) return { mesh, widthsMm: [] };
  // Triangles that hang together by nothing: there is no rim worth following.
  if (boundaryEdges > (2 * mesh.triangles.length) / 3 && mesh.triangles.length > 3)
    return { why: `${boundaryEdges} open edges of ${mesh.triangles.length / 3} triangles` };
  const lidded = closeOpenings(mesh);
  if (!lidded) return { why: `${boundaryEdges} open edges, triangles wound against each other` };
  const surface = areaMm2(mesh);
  const lids = areaMm2(lidded.mesh) - surface;
  if (lids > LARGEST_LID * surface)
    return {
      why: `${boundaryEdges} open edges, around ${lids.toFixed(0)} mm² beside a surface of ${surface.toFixed(0)}`,
    };
  return lidded;
}

function say(warnings: Warning[], code: string, kept: string, text: string): void {
  warnings.push({ code, where: 'triangles', kept, text });
}

function beside({ box, spaceAssumed }: PlacedMeshes, grid: LabelGrid, file: string): VesaliusError {
  const [low, high] = box;
  const flipped: Box = [
    [-(high[0] as number), -(high[1] as number), low[2] as number],
    [-(low[0] as number), -(low[1] as number), high[2] as number],
  ];
  const hint = spaceAssumed && !apart(flipped, boxOfGrid(grid)) ? ' (taken as LPS it would lie on it)' : '';
  const numbers = (values: readonly number[]) => values.map((value) => value.toFixed(1)).join(', ');
  return new VesaliusError({
    code: 'geometry',
    what: 'mesh',
    where: 'vertices',
    expected: 'a mesh on the scan',
    got: `one from ${numbers(low)} to ${numbers(high)} mm beside it${hint}`,
    file,
  });
}
