import { instantiateItk } from '#io/itk/itkModule.ts';

/** elastix' own form of parameters: every value a list of words. */
export type ParameterMap = Readonly<Record<string, readonly string[]>>;

/** A scalar image as ITK holds it: x-fastest, the direction's columns the axes, row-major, LPS millimetres. */
export interface ItkImage {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly direction: Float64Array;
  readonly data: Float32Array;
}

/** As far as it is used here: an emscripten module with ITK's memory interface. */
interface ElastixGlue {
  ccall(name: string, returns: 'number', types: readonly 'number'[], values: readonly number[]): number;
  callMain(args: string[]): number;
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, pointer: number, bytes: number): void;
  UTF8ToString(pointer: number): string;
  stackSave(): number;
  stackRestore(pointer: number): void;
  getExceptionMessage?(exception: unknown): readonly string[];
  readonly HEAPU8: Uint8Array;
}

/** What one run has to say: the transform maps it found, one for each parameter map. */
export interface ElastixRun {
  readonly transforms: readonly ParameterMap[];
  readonly log: string;
}

/** 2.4 MB packed, 13 MB unpacked; the unpacked file beside it in the package is of an older build. */
const program = {
  package: '@itk-wasm/elastix',
  name: 'elastix',
  glue: new URL('../../../node_modules/@itk-wasm/elastix/dist/pipelines/elastix.js', import.meta.url),
  packed: new URL('../../../node_modules/@itk-wasm/elastix/dist/pipelines/elastix.wasm.zst', import.meta.url),
} as const;

/**
 * Runs elastix once on `fixed` and `moving` with one parameter map; `initial` is a chain of transform maps, the first of them
 * applied first. Blocks its worker until the end. Every run has an instance of its own, so that nothing of one run is left for
 * the next and its memory is given back.
 * @throws Error with elastix' own words
 */
export async function runElastix(
  parameters: ParameterMap,
  fixed: ItkImage,
  moving: ItkImage,
  initial: readonly ParameterMap[],
): Promise<ElastixRun> {
  const words: string[] = [];
  const module = await instantiateItk<ElastixGlue>(program, (line) => words.push(line));
  const args = ['0', '0', '1', '2', '--memory-io', '--fixed', '1', '--moving', '2'];
  giveText(module, 0, JSON.stringify([parameters]));
  giveImage(module, 1, fixed);
  giveImage(module, 2, moving);
  if (initial.length > 0) {
    giveText(module, 3, JSON.stringify(initial));
    args.push('--initial-transform-parameter-object', '3');
  }
  let status: number;
  const stack = module.stackSave();
  const { process } = globalThis as { process?: { exitCode: unknown } };
  const exitCode = process?.exitCode;
  try {
    status = module.callMain(args);
  } catch (thrown) {
    const message = typeof thrown === 'object' ? module.getExceptionMessage?.(thrown)?.join(' ') : undefined;
    throw new Error(lastWords(words, message ?? String(thrown)));
  } finally {
    module.stackRestore(stack);
    // The script sets the program's own exit code where its main() fails.
    if (process) process.exitCode = exitCode;
  }
  if (status !== 0) throw new Error(lastWords(words, `exit ${status}`));
  return { transforms: JSON.parse(takeText(module, 2)) as ParameterMap[], log: words.join('\n') };
}

/** Bytes in the module's memory as part `part` of input `input`; the value is their address as ITK's JSON writes it. */
function giveBytes(module: ElastixGlue, input: number, part: number, bytes: Uint8Array): string {
  const pointer =
    module.ccall(
      'itk_wasm_input_array_alloc',
      'number',
      ['number', 'number', 'number', 'number'],
      [0, input, part, bytes.byteLength],
    ) >>> 0;
  module.HEAPU8.set(bytes, pointer);
  return `data:application/vnd.itk.address,0:${pointer}`;
}

function giveJson(module: ElastixGlue, input: number, value: unknown): void {
  const text = JSON.stringify(value);
  const bytes = module.lengthBytesUTF8(text) + 1;
  const pointer =
    module.ccall('itk_wasm_input_json_alloc', 'number', ['number', 'number', 'number'], [0, input, bytes]) >>> 0;
  module.stringToUTF8(text, pointer, bytes);
}

function giveText(module: ElastixGlue, input: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  giveJson(module, input, { size: bytes.byteLength, data: giveBytes(module, input, 0, bytes) });
}

function giveImage(module: ElastixGlue, input: number, image: ItkImage): void {
  const { data, direction } = image;
  giveJson(module, input, {
    imageType: { dimension: 3, componentType: 'float32', pixelType: 'Scalar', components: 1 },
    name: 'image',
    origin: image.origin,
    spacing: image.spacing,
    size: image.size,
    data: giveBytes(module, input, 0, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    direction: giveBytes(
      module,
      input,
      1,
      new Uint8Array(direction.buffer, direction.byteOffset, direction.byteLength),
    ),
    metadata: [],
  });
}

function takeText(module: ElastixGlue, output: number): string {
  const three = ['number', 'number', 'number'] as const;
  const pointer = module.ccall('itk_wasm_output_array_address', 'number', three, [0, output, 0]) >>> 0;
  const size = module.ccall('itk_wasm_output_array_size', 'number', three, [0, output, 0]) >>> 0;
  return new TextDecoder().decode(module.HEAPU8.slice(pointer, pointer + size));
}

/** The line of the log that tells most: elastix repeats itself and ends with where it gave up. */
function lastWords(words: readonly string[], otherwise: string): string {
  const said = words.map((line) => line.trim()).filter((line) => /error|description|exception|too many/i.test(line));
  return (said.find((line) => /description/i.test(line)) ?? said[0] ?? otherwise).slice(0, 300);
}
