import { VesaliusError } from '#core/errors.ts';
import { ByteReader, type Chunks, chunksOf } from './byteReader.ts';
import { type GzipEnd, gunzip, inflateZlib, isGzip } from './gzip/gunzip.ts';
import type { VoxelPlan } from './readVoxels.ts';
import type { ByteSource } from './source.ts';

/** How the data of NRRD and MetaImage lie in their file or files. */
export interface DataLayout {
  /** In order; each holds an equal share of the voxels. */
  readonly files: readonly ByteSource[];
  /** Byte of each file where its data begin; null: they are its last bytes. */
  readonly from: number | null;
  readonly packing: 'none' | 'gzip' | 'zlib or gzip';
  /** Bytes after unpacking that are passed over. */
  readonly skip: number;
  /** Of all voxels. */
  readonly bytes: number;
  /** The field that names the data. */
  readonly field: string;
}

/** The part of a voxel plan that follows from the layout. @throws VesaliusError 'format' where shares would be unequal */
export function openLayout(layout: DataLayout): Pick<VoxelPlan, 'open' | 'available' | 'packed'> {
  const { files, bytes, packing, skip, field } = layout;
  const share = bytes / files.length;
  if (!Number.isInteger(share)) {
    const got = `${files.length} files for ${bytes} bytes`;
    throw new VesaliusError({ code: 'format', what: 'data files', where: field, expected: 'equal files', got });
  }
  const begins = (file: ByteSource): number =>
    layout.from ?? Math.max(0, (file.size ?? share) - (packing === 'none' ? share : 0));
  const [only] = files;
  if (files.length === 1 && only) {
    const left = only.size === null ? null : Math.max(0, only.size - begins(only));
    return {
      available: packing === 'none' && left !== null ? Math.max(0, left - skip) : null,
      packed: packing === 'none' ? null : left,
      open: () => openOne(only, begins(only), layout),
    };
  }
  return {
    available: null,
    packed: null,
    open: async () => new ByteReader(joined(files, share, (file) => openOne(file, begins(file), layout), field)),
  };
}

async function openOne(
  file: ByteSource,
  from: number,
  { packing, skip, field }: DataLayout,
): Promise<ByteReader<GzipEnd | undefined>> {
  const part = from === 0 ? file : fromByte(file, from);
  let chunks: Chunks<GzipEnd | undefined>;
  if (packing === 'none') chunks = chunksOf(await part.stream());
  else if (packing === 'gzip' || isGzip(await part.bytes(0, 2))) chunks = gunzip(part);
  else chunks = inflateZlib(part);
  const reader = new ByteReader(chunks);
  const passed = await reader.skip(skip);
  if (passed === skip) return reader;
  await reader.close();
  const got = `${passed} bytes`;
  throw new VesaliusError({ code: 'truncated', what: 'data', where: field, expected: `at least ${skip} bytes`, got });
}

async function* joined(
  files: readonly ByteSource[],
  share: number,
  open: (file: ByteSource) => Promise<ByteReader<GzipEnd | undefined>>,
  field: string,
): Chunks<undefined> {
  for (const file of files) {
    const reader = await open(file);
    try {
      for (let at = 0; at < share; ) {
        const run = await reader.some(share - at);
        if (!run) {
          const got = `${at} bytes in ${file.name}`;
          throw new VesaliusError({ code: 'truncated', what: 'data', where: field, expected: `${share} bytes`, got });
        }
        at += run.length;
        yield run;
      }
    } finally {
      await reader.close();
    }
  }
  return undefined;
}

/** The same source without its first `from` bytes. */
function fromByte(source: ByteSource, from: number): ByteSource {
  return {
    ref: source.ref,
    name: source.name,
    size: source.size === null ? null : Math.max(0, source.size - from),
    bytes: (start, end) => source.bytes(start + from, end + from),
    async stream() {
      const reader = new ByteReader(chunksOf(await source.stream()));
      let begun = false;
      return new ReadableStream<Uint8Array<ArrayBuffer>>({
        async pull(controller) {
          if (!begun) await reader.skip(from);
          begun = true;
          const run = await reader.some(Infinity);
          if (run) controller.enqueue(run as Uint8Array<ArrayBuffer>);
          else controller.close();
        },
        cancel: () => reader.close(),
      });
    },
  };
}

/**
 * The names of a numbered series: a printf pattern with one %d, from `first` to `last`, both included.
 * @throws VesaliusError 'format' naming `field`
 */
export function numberedFiles(pattern: string, first: number, last: number, step: number, field: string): string[] {
  const place = /%(0?)(\d*)d/.exec(pattern);
  const count = Math.floor((last - first) / step) + 1;
  if (!place || !(count >= 1 && count <= 100_000) || !Number.isInteger(first + step)) {
    const got = `${pattern} ${first} ${last} ${step}`;
    const expected = 'a pattern such as slice%03d.raw 1 100 1';
    throw new VesaliusError({ code: 'format', what: 'data files', where: field, expected, got });
  }
  return Array.from({ length: count }, (_, n) =>
    pattern.replace(place[0], String(first + n * step).padStart(Number(place[2] || 0), place[1] ? '0' : ' ')),
  );
}
