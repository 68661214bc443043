import { VesaliusError } from '#core/errors.ts';
import { inverseDct, NATURAL_ORDER } from './inverseDct.ts';
import { BitReader, type HuffmanTable, readHuffman } from './jpegBits.ts';
import { DAC, type DctFrame, DHT, DRI, isFrame, jpegFault, SOS, segments, wholeFrame } from './jpegMarkers.ts';
import { type Component, decodeScan } from './jpegScan.ts';

/** A picture out of a code stream: samples of one pixel side by side, row by row. */
interface DctPicture {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly samples: Uint16Array<ArrayBuffer>;
}

/** ITU-T T.81, table B.1. */
const [DQT, DNL] = [0xdb, 0xdc];

/**
 * Decodes a Huffman-coded DCT picture of 8 or 12 bits: extended sequential, spectral selection, full progression (ITU-T T.81, annexes
 * F and G). The inverse transform is the Independent JPEG Group's exact integer one, so that values equal what its library gives.
 * Components are expected at full size (12-bit colour with halved chroma is in no transfer syntax's use).
 * @param expected rows and columns of the header: another size is refused before anything is allocated for it
 * @throws VesaliusError 'format', 'truncated' or 'unsupported'
 */
export function decodeDct(
  bytes: Uint8Array,
  expected: { readonly rows: number; readonly columns: number },
): DctPicture {
  const quantization: (Int32Array | undefined)[] = [];
  const dcTables: (HuffmanTable | undefined)[] = [];
  const acTables: (HuffmanTable | undefined)[] = [];
  let restart = 0;
  let frame: DctFrame | null = null;
  let components: Component[] = [];
  const walk = segments(bytes);
  for (let step = walk.next(); !step.done; ) {
    const { marker, at, end } = step.value;
    let resume: number | undefined;
    if (marker === DQT) readQuantization(bytes, at, end, quantization);
    else if (marker === DHT) readHuffman(bytes, at, end, dcTables, acTables);
    else if (marker === DRI) restart = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    else if (marker === DNL || marker === DAC)
      throw jpegFault('a Huffman-coded picture of a known height', `marker FF${marker.toString(16).toUpperCase()}`);
    else if (isFrame(marker)) {
      if (frame) throw jpegFault('one frame', 'a second start of frame');
      frame = wholeFrame(bytes, end);
      components = readFrame(bytes, frame, end, expected);
    } else if (marker === SOS) {
      if (!frame) throw jpegFault('a start of frame before the first scan', 'none');
      const scan = readScan(bytes, at, end, components, dcTables, acTables);
      const reader = new BitReader(bytes, end);
      decodeScan(reader, { ...scan, progressive: frame.process === 0xc2, restart });
      resume = reader.end();
    }
    step = walk.next(resume);
  }
  if (!frame) throw jpegFault('a start of frame', 'none');
  return reconstruct(frame, components, quantization);
}

function readQuantization(bytes: Uint8Array, from: number, end: number, tables: (Int32Array | undefined)[]): void {
  for (let at = from; at < end; ) {
    const head = bytes[at++] as number;
    const wide = head >> 4 !== 0;
    if (at + (wide ? 128 : 64) > end) throw jpegFault('64 quantization values', 'fewer');
    const table = new Int32Array(64);
    for (let n = 0; n < 64; n++, at += wide ? 2 : 1)
      table[NATURAL_ORDER[n] as number] = wide
        ? ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
        : (bytes[at] as number);
    tables[head & 15] = table;
  }
}

function readFrame(
  bytes: Uint8Array,
  frame: DctFrame,
  end: number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Component[] {
  const { at, width, height, precision, process } = frame;
  if (process > 0xc2)
    throw new VesaliusError({
      code: 'unsupported',
      what: 'JPEG picture',
      where: 'PixelData',
      expected: 'a baseline, extended or progressive Huffman-coded frame',
      got: `FF${process.toString(16).toUpperCase()}`,
    });
  if (precision !== 8 && precision !== 12) throw jpegFault('8 or 12 bits per sample', precision);
  if (height !== rows) throw mismatch('Rows', rows, height);
  if (width !== columns) throw mismatch('Columns', columns, width);
  if (frame.components < 1 || frame.components > 4 || at + 6 + 3 * frame.components > end)
    throw jpegFault('1 to 4 components', frame.components);
  return Array.from({ length: frame.components }, (_, n): Component => {
    const [id, sampling, quantization] = bytes.subarray(at + 6 + 3 * n, at + 9 + 3 * n) as unknown as [
      number,
      number,
      number,
    ];
    if (frame.components > 1 && sampling !== 0x11)
      throw new VesaliusError({
        code: 'unsupported',
        what: 'JPEG picture',
        where: 'PixelData',
        expected: 'components of full size',
        got: `sampling ${sampling >> 4} × ${sampling & 15}`,
      });
    const [across, down] = [Math.ceil(width / 8), Math.ceil(height / 8)];
    return { id, quantization, across, down, coefficients: new Int16Array(64 * across * down) };
  });
}

function readScan(
  bytes: Uint8Array,
  at: number,
  end: number,
  components: readonly Component[],
  dcTables: readonly (HuffmanTable | undefined)[],
  acTables: readonly (HuffmanTable | undefined)[],
) {
  const count = bytes[at] as number;
  if (count < 1 || count > components.length || at + 4 + 2 * count > end)
    throw jpegFault('a scan of known components', count);
  const parts = Array.from({ length: count }, (_, n) => {
    const id = bytes[at + 1 + 2 * n];
    const tables = bytes[at + 2 + 2 * n] as number;
    const component = components.find((one) => one.id === id);
    if (!component) throw jpegFault('a component of the frame', id ?? 'none');
    return { component, dc: dcTables[tables >> 4], ac: acTables[tables & 15] };
  });
  const [first, last, approximation] = bytes.subarray(at + 1 + 2 * count, at + 4 + 2 * count) as unknown as [
    number,
    number,
    number,
  ];
  return { parts, first, last, high: approximation >> 4, low: approximation & 15 };
}

function reconstruct(
  { width, height, precision }: DctFrame,
  components: readonly Component[],
  quantization: readonly (Int32Array | undefined)[],
): DctPicture {
  const count = components.length;
  const samples = new Uint16Array(width * height * count);
  const block = new Int32Array(64);
  for (const [c, component] of components.entries()) {
    const table = quantization[component.quantization];
    if (!table)
      throw jpegFault('the quantization table of each component', `none with number ${component.quantization}`);
    const { across, down, coefficients } = component;
    for (let row = 0; row < down; row++)
      for (let column = 0; column < across; column++) {
        inverseDct(coefficients, 64 * (row * across + column), table, precision, block);
        const rows = Math.min(8, height - 8 * row);
        const columns = Math.min(8, width - 8 * column);
        for (let y = 0; y < rows; y++) {
          let to = ((8 * row + y) * width + 8 * column) * count + c;
          for (let x = 0; x < columns; x++, to += count) samples[to] = block[8 * y + x] as number;
        }
      }
  }
  return { width, height, components: count, samples };
}

function mismatch(where: string, expected: number, got: number): VesaliusError {
  return new VesaliusError({
    code: 'format',
    what: 'DICOM pixels',
    where,
    expected: `${expected}, as the header says`,
    got: `${got} in the code stream`,
  });
}
