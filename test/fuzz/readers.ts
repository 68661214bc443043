// What is fed: each reader takes the bytes of one file, and either makes something whole of it or refuses it with words.
import { readCase } from '#core/case/migrate.ts';
import { readOperation } from '#core/labelmap/readOperation.ts';
import { affine, determinant3 } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { voxelCount } from '#core/volume/volume.ts';
import { readBundle } from '#io/bundle/read.ts';
import { readMesh } from '#io/mesh/readMesh.ts';
import { readSegments } from '#io/segments/readSegments.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import { readHead } from '#io/sourceHead.ts';
import { readAct } from '#io/stored/act.ts';
import { arrayBytes, readArraysHead } from '#io/stored/arrays.ts';
import { crc32 } from '#io/stored/crc32.ts';
import { frameOf, readFrames } from '#io/stored/frames.ts';
import { readLabels } from '#io/stored/labels.ts';
import { loadCase } from '#io/stored/loadCase.ts';
import { readManifest } from '#io/stored/manifest.ts';
import { memorySource, read } from '../io/memorySource.ts';
import { labelmap } from './labelmap.ts';

export type ReaderId = keyof typeof readers;

const json = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
};

/** Half of what a header says is nonsense: what comes out has to be whole all the same. */
async function volume(sources: Parameters<typeof read>[0]): Promise<void> {
  const { header, scalars, rgb } = (await read(sources, { series: 1 })).volume;
  const count = voxelCount(header.dims) * header.timepoints;
  if (scalars.length !== count) throw new Error(`${scalars.length} voxels for ${header.dims} × ${header.timepoints}`);
  if (rgb && rgb.length !== 3 * count) throw new Error(`${rgb.length} bytes of colour for ${count} voxels`);
  if (!header.rasFromIjk.m.every(Number.isFinite)) throw new Error('an affine that is not finite');
  if (!(Math.abs(determinant3(header.rasFromIjk)) > 0)) throw new Error('an affine without volume');
  if (![header.slope, header.intercept, ...header.storedRange].every(Number.isFinite))
    throw new Error('figures that are not finite');
}

/** Small, so that what lies on it is soon counted. */
const scan: ScanGrid = {
  name: 'CT',
  dims: [40, 40, 20],
  rasFromIjk: affine('ras', 'ijk', [-2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 3, 0, 50, 20, 0, 1]),
};

async function segments(sources: Parameters<typeof read>[0], scans: readonly ScanGrid[]): Promise<void> {
  for (const { grid, layers, segments: found } of await finishAsync(readSegments(sources, scans))) {
    if (!(Math.abs(determinant3(grid.rasFromIjk)) > 0)) throw new Error('a grid without volume');
    for (const layer of layers)
      if (layer.length !== voxelCount(grid.dims)) throw new Error(`${layer.length} voxels for ${grid.dims}`);
    for (const { layer, value, voxels } of found) {
      const labels = layers[layer];
      if (!labels) throw new Error(`no layer ${layer}`);
      let count = 0;
      for (let n = 0; n < labels.length; n++) if (labels[n] === value) count++;
      if (count !== voxels || !(value >= 1 && value <= 65535))
        throw new Error(`segment ${value} says ${voxels} voxels, and has ${count}`);
    }
  }
}

async function mesh(bytes: Uint8Array, name: string): Promise<void> {
  const source = memorySource(name, bytes, 1000);
  for (const { positions, triangles } of (await readMesh(await readHead(source))).meshes) {
    if (positions.length % 3 !== 0 || triangles.length % 3 !== 0) throw new Error('a corner too many');
    if (!triangles.every((vertex) => vertex < positions.length / 3)) throw new Error('a triangle without its vertex');
  }
  await segments([memorySource(name, bytes, 1000)], [scan]);
}

/** Check sums stop nearly all damage: what is behind them is given to its reader with a sum that fits. */
async function stored(bytes: Uint8Array, name: string): Promise<void> {
  switch (name) {
    case 'act':
      readAct(bytes);
      return;
    case 'labels': {
      const { dims, bricks } = readLabels(frameOf(bytes));
      const count = dims.reduce((product, size) => product * Math.ceil(size / 32), 1);
      if (bricks.length !== count) throw new Error(`${bricks.length} bricks for ${dims}`);
      return;
    }
    case 'manifest': {
      const line = new TextDecoder().decode(bytes).split('\n')[0] ?? '';
      const sum = crc32(new TextEncoder().encode(line)).toString(16).padStart(8, '0');
      readManifest(new TextEncoder().encode(`${line}\n${sum}\n`));
      return;
    }
    case 'arrays': {
      const sealed = bytes.slice();
      const view = new DataView(sealed.buffer);
      const length = sealed.length >= 12 ? view.getUint32(8, true) : 0;
      // A header that is no JSON never had a sum that fits.
      if (length <= sealed.length - 16 && json(sealed.subarray(12, 12 + length)) !== undefined)
        view.setUint32(12 + length, crc32(sealed.subarray(12, 12 + length)), true);
      for (const size of arrayBytes(readArraysHead(sealed).head))
        if (!(size >= 1)) throw new Error(`an array of ${size} bytes`);
      return;
    }
    default: {
      readFrames(bytes);
      const files: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = { 'log.1': new Uint8Array(bytes) };
      await loadCase({
        list: async () =>
          Object.entries(files).map(([file, { length }]) => ({ name: file, bytes: length, modifiedAt: 0 })),
        read: async (file: string) => files[file] ?? null,
      } as unknown as Parameters<typeof loadCase>[0]);
    }
  }
}

export const readers = {
  volume: (bytes: Uint8Array, name: string) => volume([memorySource(name, bytes, 1000)]),
  /** A header of 348 bytes, then the voxels. */
  pair: (bytes: Uint8Array) =>
    volume([memorySource('a.hdr', bytes.slice(0, 348)), memorySource('a.img', bytes.slice(348))]),
  case: async (bytes: Uint8Array) => void readCase(json(bytes)),
  bundle: async (bytes: Uint8Array, name: string) => {
    await finishAsync(readBundle(memorySource(name, bytes, 1000), true));
  },
  /** A table of names comes with the labels that it names. */
  segments: (bytes: Uint8Array, name: string) =>
    segments(
      [
        memorySource(name, bytes, 1000),
        ...(/\.(ctbl|txt|json|csv)$/.test(name) ? [memorySource('a.nii', labelmap)] : []),
      ],
      /\.dcm$/.test(name) ? [scan] : [],
    ),
  mesh,
  stored,
  operation: async (bytes: Uint8Array) => {
    const given = json(bytes) as { edits?: { runs?: unknown }[] } | null | undefined;
    for (const edit of Array.isArray(given?.edits) ? given.edits : [])
      if (Array.isArray(edit?.runs)) edit.runs = Uint16Array.from(edit.runs as number[]);
    readOperation(given);
  },
} satisfies Record<string, (bytes: Uint8Array, name: string) => Promise<void>>;
