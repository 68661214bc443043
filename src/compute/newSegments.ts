import type { SegmentationResult } from '#compute/segment.ts';
import type { NewSegment } from '#core/case/schema.ts';
import { type TissueId, tissues, userColors } from '#core/case/tissues.ts';
import { BRICK, type Brick, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { type VolumeHeader, voxelVolumeMm3 } from '#core/volume/volume.ts';

export interface SegmentLook {
  readonly opacity: number;
  readonly isovalue: number | null;
  readonly automatic: boolean;
}

/** What a method found, as segments of the case. */
export function newSegments(
  request: { readonly method: string; readonly name?: string },
  result: SegmentationResult,
  labels: LabelmapData,
  header: VolumeHeader,
  look: SegmentLook,
  made: number,
): NewSegment[] {
  const voxelMl = voxelVolumeMm3(header.rasFromIjk) / 1000;
  const cut = valuesAtEdge(labels);
  return result.segments
    .filter(({ voxels }) => voxels > 0)
    .map(({ value, name, tissue, group, voxels }, index, { length }) => ({
      name: request.name && length === 1 ? request.name : request.name ? `${request.name} ${index + 1}` : name,
      value,
      color: colorOf(tissue, made + index),
      opacity: look.opacity,
      visible: true,
      tissue,
      group,
      voxels,
      volumeMl: voxels * voxelMl,
      cutByEdge: cut.has(value),
      madeBy: { method: request.method, settings: settingsOf(result.settings), automatic: look.automatic },
      reviewed: false,
      code: null,
      isovalue: look.isovalue,
    }));
}

/** A segment of no known tissue takes the next of the colours that everybody can tell apart. */
export function colorOf(tissue: TissueId, made: number): string {
  return tissue === 'other' ? (userColors[made % userColors.length] as string) : tissues[tissue].color;
}

function settingsOf(settings: SegmentationResult['settings']): Record<string, number | string | boolean> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, number | boolean] => entry[1] !== null),
  );
}

/** Segment values that touch the border of the grid: what the scan cuts off. */
export function valuesAtEdge({ dims, bricks }: LabelmapData): ReadonlySet<number> {
  const [bi, bj, bk] = brickGrid(dims);
  const found = new Set<number>();
  const look = (b: number, axis: 0 | 1 | 2, at: number, count: readonly [number, number, number]) => {
    const brick = bricks[b] as Brick;
    if (typeof brick === 'number') {
      found.add(brick);
      return;
    }
    const stride = [1, BRICK, BRICK * BRICK] as const;
    const [u, v] = ([0, 1, 2] as const).filter((other) => other !== axis) as [0 | 1 | 2, 0 | 1 | 2];
    for (let y = 0; y < count[v]; y++)
      for (let x = 0; x < count[u]; x++) found.add(brick[at * stride[axis] + x * stride[u] + y * stride[v]] as number);
  };
  for (let b = 0; b < bricks.length; b++) {
    const place = [b % bi, Math.floor(b / bi) % bj, Math.floor(b / (bi * bj))] as const;
    const count = [0, 1, 2].map((axis) =>
      Math.min(BRICK, (dims[axis] as number) - BRICK * (place[axis] as number)),
    ) as [number, number, number];
    for (const axis of [0, 1, 2] as const) {
      if (place[axis] === 0) look(b, axis, 0, count);
      if (place[axis] === ([bi, bj, bk][axis] as number) - 1) look(b, axis, count[axis] - 1, count);
    }
  }
  found.delete(0);
  return found;
}
