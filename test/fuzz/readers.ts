// What is fed: each reader takes the bytes of one file, and either makes something whole of it or refuses it with words.
import { readCase } from '#core/case/migrate.ts';
import { readOperation } from '#core/labelmap/readOperation.ts';
import { determinant3 } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { voxelCount } from '#core/volume/volume.ts';
import { readBundle } from '#io/bundle/read.ts';
import { memorySource, read } from '../io/memorySource.ts';

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

export const readers = {
  volume: (bytes: Uint8Array, name: string) => volume([memorySource(name, bytes, 1000)]),
  /** A header of 348 bytes, then the voxels. */
  pair: (bytes: Uint8Array) =>
    volume([memorySource('a.hdr', bytes.slice(0, 348)), memorySource('a.img', bytes.slice(348))]),
  case: async (bytes: Uint8Array) => void readCase(json(bytes)),
  bundle: async (bytes: Uint8Array, name: string) => {
    await finishAsync(readBundle(memorySource(name, bytes, 1000), true));
  },
  operation: async (bytes: Uint8Array) => {
    const given = json(bytes) as { edits?: { runs?: unknown }[] } | null | undefined;
    for (const edit of Array.isArray(given?.edits) ? given.edits : [])
      if (Array.isArray(edit?.runs)) edit.runs = Uint16Array.from(edit.runs as number[]);
    readOperation(given);
  },
} satisfies Record<string, (bytes: Uint8Array, name: string) => Promise<void>>;
