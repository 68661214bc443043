import { VesaliusError } from '#core/errors.ts';
import { BitReader, type DifferenceTable, differenceTable, type HuffmanTable, readHuffman } from './jpegBits.ts';
import { type DctFrame, DHT, DRI, isFrame, jpegFault, SOS, segments, wholeFrame } from './jpegMarkers.ts';

/** A picture out of a lossless code stream: samples of a pixel side by side, row by row. */
interface LosslessPicture {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly samples: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
}

const LOSSLESS = 0xc3;

/**
 * Decodes a lossless Huffman-coded picture of 2 to 16 bits, any predictor (ITU-T T.81, annex H; process 14).
 * @param expected rows and columns of the header: another size is refused before anything is allocated for it
 * @throws VesaliusError 'format', 'truncated' or 'unsupported'
 */
export function decodeLossless(
  bytes: Uint8Array,
  expected: { readonly rows: number; readonly columns: number },
): LosslessPicture {
  const tables: (HuffmanTable | undefined)[] = [];
  let restart = 0;
  let frame: DctFrame | null = null;
  let samples: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> = new Uint8Array(0);
  const seen = new Set<number>();
  const walk = segments(bytes);
  for (let step = walk.next(); !step.done; ) {
    const { marker, at, end } = step.value;
    let resume: number | undefined;
    if (marker === DHT) readHuffman(bytes, at, end, tables, []);
    else if (marker === DRI) restart = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    else if (isFrame(marker)) {
      frame = wholeFrame(bytes, end);
      check(bytes, frame, end, expected);
      const count = frame.width * frame.height * frame.components;
      samples = frame.precision > 8 ? new Uint16Array(count) : new Uint8Array(count);
    } else if (marker === SOS) {
      if (!frame) throw jpegFault('a start of frame before the first scan', 'none');
      const scan = readScan(bytes, at, end, frame, tables);
      for (const { component } of scan.parts) seen.add(component);
      const reader = new BitReader(bytes, end);
      decodeScan(reader, frame, scan, restart, samples);
      resume = reader.end();
    }
    step = walk.next(resume);
  }
  if (!frame || seen.size < frame.components) throw jpegFault('a scan of each component', seen.size);
  const { width, height, components } = frame;
  return { width, height, components, samples };
}

function check(bytes: Uint8Array, frame: DctFrame, end: number, expected: { rows: number; columns: number }): void {
  const { process, precision, height, width, components, at } = frame;
  if (process !== LOSSLESS)
    throw new VesaliusError({
      code: 'unsupported',
      what: 'JPEG picture',
      where: 'PixelData',
      expected: 'a lossless Huffman-coded frame (FFC3)',
      got: `FF${process.toString(16).toUpperCase()}`,
    });
  if (precision < 2 || precision > 16) throw jpegFault('2 to 16 bits per sample', precision);
  const refuse = (where: string, said: number, got: number) =>
    new VesaliusError({
      code: 'format',
      what: 'DICOM pixels',
      where,
      expected: `${said}, as the header says`,
      got: `${got} in the code stream`,
    });
  if (height !== expected.rows) throw refuse('Rows', expected.rows, height);
  if (width !== expected.columns) throw refuse('Columns', expected.columns, width);
  if (components < 1 || components > 4 || at + 6 + 3 * components > end)
    throw jpegFault('1 to 4 components', components);
  for (let n = 0; n < components; n++)
    if (components > 1 && bytes[at + 7 + 3 * n] !== 0x11) throw jpegFault('components of full size', 'halved ones');
}

interface LosslessScan {
  readonly parts: readonly { readonly component: number; readonly table: DifferenceTable }[];
  readonly predictor: number;
  /** Pt: samples are stored shifted down by so many bits. */
  readonly shift: number;
}

function readScan(
  bytes: Uint8Array,
  at: number,
  end: number,
  frame: DctFrame,
  tables: readonly (HuffmanTable | undefined)[],
): LosslessScan {
  const count = bytes[at] as number;
  if (count < 1 || count > frame.components || at + 4 + 2 * count > end)
    throw jpegFault('a scan of known components', count);
  const ids = Array.from({ length: frame.components }, (_, n) => bytes[frame.at + 6 + 3 * n]);
  const parts = Array.from({ length: count }, (_, n) => {
    const component = ids.indexOf(bytes[at + 1 + 2 * n]);
    const table = tables[(bytes[at + 2 + 2 * n] as number) >> 4];
    if (component < 0) throw jpegFault('a component of the frame', bytes[at + 1 + 2 * n] ?? 'none');
    if (!table) throw jpegFault('the Huffman tables that a scan names', 'none');
    return { component, table: differenceTable(table) };
  });
  const predictor = bytes[at + 1 + 2 * count] as number;
  const shift = (bytes[at + 3 + 2 * count] as number) & 15;
  if (predictor < 1 || predictor > 7 || shift >= frame.precision)
    throw jpegFault('a predictor from 1 to 7', `${predictor}, shift ${shift}`);
  return { parts, predictor, shift };
}

function decodeScan(
  reader: BitReader,
  { width, height, components, precision }: DctFrame,
  { parts, predictor, shift }: LosslessScan,
  restart: number,
  samples: Uint8Array | Uint16Array,
): void {
  if (restart % width !== 0) throw jpegFault('restart markers between lines', `one each ${restart} pixels`);
  const start = 1 << (precision - shift - 1);
  const tables = parts.map(({ table }) => table);
  const differences = new Int32Array(width * parts.length);
  // Two lines of each component as they are coded: what is predicted from, whatever the shift.
  const lines = parts.map(() => ({ above: new Int32Array(width), here: new Int32Array(width) }));
  for (let y = 0; y < height; y++) {
    const begins = y === 0 || (restart > 0 && (y * width) % restart === 0);
    if (begins && y > 0) reader.restart((y * width) / restart - 1);
    reader.differences(tables, differences);
    reader.check();
    for (let n = 0; n < parts.length; n++) {
      const line = lines[n] as (typeof lines)[number];
      const { above, here } = line;
      const first = begins ? start : (above[0] as number);
      predictLine(begins ? 1 : predictor, first, differences, n, parts.length, above, here);
      let to = y * width * components + (parts[n] as LosslessScan['parts'][number]).component;
      for (let x = 0; x < width; x++, to += components) samples[to] = (here[x] as number) << shift;
      line.above = here;
      line.here = above;
    }
  }
}

/** Table H.1; the first sample of a line is predicted by the one above it, the first line by its left neighbours. */
function predictLine(
  predictor: number,
  first: number,
  differences: Int32Array,
  from: number,
  stride: number,
  above: Int32Array,
  here: Int32Array,
): void {
  let left = (first + (differences[from] as number)) & 0xffff;
  here[0] = left;
  let at = from + stride;
  if (predictor === 1) {
    for (let x = 1; x < here.length; x++, at += stride) {
      left = (left + (differences[at] as number)) & 0xffff;
      here[x] = left;
    }
    return;
  }
  let corner = above[0] as number;
  for (let x = 1; x < here.length; x++, at += stride) {
    const up = above[x] as number;
    left = (predict(predictor, left, up, corner) + (differences[at] as number)) & 0xffff;
    here[x] = left;
    corner = up;
  }
}

function predict(kind: number, left: number, up: number, corner: number): number {
  switch (kind) {
    case 2:
      return up;
    case 3:
      return corner;
    case 4:
      return left + up - corner;
    case 5:
      return left + ((up - corner) >> 1);
    case 6:
      return up + ((left - corner) >> 1);
    default:
      return (left + up) >> 1;
  }
}
