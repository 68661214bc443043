import { VesaliusError } from '#core/errors.ts';
import type { ItkKind } from './format.ts';
import { type ItkProgram, instantiateItk } from './itkModule.ts';

/** What ITK says of an image. Directions are columns of a row-major matrix of `size.length` rows. */
export interface ItkImage {
  readonly componentType: string;
  readonly pixelType: string;
  readonly components: number;
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly direction: readonly number[];
  readonly metadata: ReadonlyMap<string, unknown>;
}

/** As far as it is used here: an emscripten module with ITK's memory interface. */
interface Reader {
  ccall(name: string, returns: 'number', types: readonly 'number'[], values: readonly number[]): number;
  callMain(args: string[]): number;
  fs_writeFile(path: string, data: Uint8Array): void;
  UTF8ToString(pointer: number): string;
  getExceptionMessage?(exception: unknown): readonly string[];
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
}

/** Written out for the bundler to emit the files. */
const FILES: Readonly<Record<ItkKind, Pick<ItkProgram, 'glue' | 'packed'>>> = {
  minc: {
    glue: new URL('../../../node_modules/@itk-wasm/image-io/dist/pipelines/minc-read-image.js', import.meta.url),
    packed: new URL(
      '../../../node_modules/@itk-wasm/image-io/dist/pipelines/minc-read-image.wasm.zst',
      import.meta.url,
    ),
  },
  hdf5: {
    glue: new URL('../../../node_modules/@itk-wasm/image-io/dist/pipelines/hdf5-read-image.js', import.meta.url),
    packed: new URL(
      '../../../node_modules/@itk-wasm/image-io/dist/pipelines/hdf5-read-image.wasm.zst',
      import.meta.url,
    ),
  },
  gipl: {
    glue: new URL('../../../node_modules/@itk-wasm/image-io/dist/pipelines/gipl-read-image.js', import.meta.url),
    packed: new URL(
      '../../../node_modules/@itk-wasm/image-io/dist/pipelines/gipl-read-image.wasm.zst',
      import.meta.url,
    ),
  },
  scanco: {
    glue: new URL('../../../node_modules/@itk-wasm/image-io/dist/pipelines/scanco-read-image.js', import.meta.url),
    packed: new URL(
      '../../../node_modules/@itk-wasm/image-io/dist/pipelines/scanco-read-image.wasm.zst',
      import.meta.url,
    ),
  },
};

/**
 * Runs one of ITK's readers on a file's bytes; blocks its worker until the end. Every run has an instance of its own, so that a
 * file that trips it leaves nothing for the next and its memory is given back.
 * @param name with the extension by which ITK knows the format
 * @param information only what the image is, no voxels
 * @param take gets the image and its voxels' bytes in ITK's memory, little-endian, a pixel's components together; a view
 * @throws VesaliusError 'format' with ITK's own words, 'too-large' where its memory does not suffice, 'io' where it cannot be loaded
 */
export async function runItkReader<Result>(
  kind: ItkKind,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  information: boolean,
  take: (image: ItkImage, voxels: Uint8Array<ArrayBuffer>) => Result,
): Promise<Result> {
  const words: string[] = [];
  const reader = await instantiate(kind, (line) => words.push(line));
  const path = `/${name}`;
  const { process } = globalThis as { process?: { exitCode: unknown } };
  const exitCode = process?.exitCode;
  try {
    reader.fs_writeFile(path, bytes);
    const status = reader.callMain([path, '0', '1', '--memory-io', ...(information ? ['--information-only'] : [])]);
    if (status !== 0) throw refused(path, words, `exit ${status}`);
    if (textOf(reader, 0).trim() !== 'true') throw refused(path, words, 'a file that it cannot read');
    return take(imageOf(reader), arrayOf(reader, 1, 0));
  } catch (thrown) {
    if (thrown instanceof VesaliusError) throw thrown;
    throw refused(path, words, messageOf(reader, thrown));
  } finally {
    // The glue sets the program's own exit code where its main() fails.
    if (process) process.exitCode = exitCode;
  }
}

/** ITK's C++ exceptions arrive as bare numbers, their words on stderr. */
function messageOf(reader: Reader, thrown: unknown): string {
  if (typeof thrown !== 'object') return 'a file that it cannot read';
  return reader.getExceptionMessage?.(thrown)?.join(' ') ?? (thrown instanceof Error ? thrown.message : String(thrown));
}

function refused(path: string, words: readonly string[], otherwise: string): VesaliusError {
  // Its sources' paths, and the name that the file has for it, say nothing to who opens a file.
  const said = words
    .map((line) => line.replace(/^\S*\.(c|cxx|cpp|hxx):\d+\s*/, ''))
    .map((line) => line.replaceAll(`'${path}'`, '').replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
  const got = said.at(-1) ?? otherwise;
  const memory = /out of memory|OOM|memory access|bad_alloc|Cannot enlarge memory/i.test(`${got} ${otherwise}`);
  return new VesaliusError({
    code: memory ? 'too-large' : 'format',
    what: 'ITK',
    where: 'file',
    expected: memory ? 'a file that fits in the memory of ITK' : 'a file that ITK reads',
    got,
  });
}

async function instantiate(kind: ItkKind, say: (line: string) => void): Promise<Reader> {
  try {
    const name = `${kind}-read-image`;
    return await instantiateItk<Reader>({ package: '@itk-wasm/image-io', name, ...FILES[kind] }, say);
  } catch (thrown) {
    const got = thrown instanceof Error ? thrown.message : String(thrown);
    throw new VesaliusError({ code: 'io', what: 'ITK', where: 'reader', expected: `ITK's reader of ${kind}`, got });
  }
}

const numbers = (count: number) => new Array<'number'>(count).fill('number');

/** An output's bytes where they lie: 0 voxels or text, 1 directions. */
function arrayOf(reader: Reader, output: number, part: number): Uint8Array<ArrayBuffer> {
  const at = reader.ccall('itk_wasm_output_array_address', 'number', numbers(3), [0, output, part]) >>> 0;
  const size = reader.ccall('itk_wasm_output_array_size', 'number', numbers(3), [0, output, part]) >>> 0;
  return reader.HEAPU8.subarray(at, at + size);
}

function textOf(reader: Reader, output: number): string {
  return new TextDecoder().decode(arrayOf(reader, output, 0).slice());
}

function imageOf(reader: Reader): ItkImage {
  const at = reader.ccall('itk_wasm_output_json_address', 'number', numbers(2), [0, 1]) >>> 0;
  const said = JSON.parse(reader.UTF8ToString(at)) as {
    imageType: { componentType: string; pixelType: string; components: number };
    size: number[];
    spacing: number[];
    origin: number[];
    metadata: [string, unknown][];
  };
  const direction = [...new Float64Array(arrayOf(reader, 1, 1).slice().buffer)];
  const { size, spacing, origin } = said;
  return { ...said.imageType, size, spacing, origin, direction, metadata: new Map(said.metadata) };
}
