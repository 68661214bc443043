// The package is CommonJS whose names Node cannot see: the default is all of it.
import dicomParser, { type DataSet, type Element } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import type { ByteSource } from '#io/source.ts';
import { HEAD_BYTES } from '#io/sourceHead.ts';
import { inflatePrefix } from './inflate.ts';
import { dicomStart } from './sniff.ts';
import { DEFLATED } from './transferSyntax.ts';

/** The elements before the pixels, and where the pixels are. */
export interface DicomHeader {
  readonly dataSet: DataSet;
  readonly syntaxUid: string;
  readonly pixels: PixelElement | null;
}

export interface PixelElement {
  readonly keyword: 'PixelData' | 'FloatPixelData' | 'DoubleFloatPixelData';
  /** First byte of the value: of the file, or of its inflated data set where the file is deflated. */
  readonly at: number;
  /** As the element says; null where it is undefined (encapsulated). */
  readonly length: number | null;
  /** Its value representation is OW, words of 16 bits. */
  readonly words: boolean;
}

const PIXEL_DATA = 'x7fe00010';
const OTHER_PIXELS = { x7fe00008: 'FloatPixelData', x7fe00009: 'DoubleFloatPixelData' } as const;
/** No header is this long; bytes that pretend so are refused instead of filling the memory. */
const LONGEST_HEADER = 1 << 28;
/** Of a deflated file: its header has to fit in this. */
const LONGEST_INFLATED = 1 << 22;

/**
 * Reads as much of a file as its header takes: 16 KB for nearly all, more where private elements or functional groups
 * are longer. Nothing of the pixels is read (beyond what the first 16 KB hold).
 * @param beginning the file's first HEAD_BYTES, or all of it where it has no more; read here if they are not at hand
 * @throws VesaliusError 'format' or 'truncated', naming the file
 */
export async function readHeader(source: ByteSource, beginning?: Uint8Array<ArrayBuffer>): Promise<DicomHeader> {
  for (let ask = HEAD_BYTES; ; ask *= 8) {
    const bytes = ask === HEAD_BYTES && beginning ? beginning : await source.bytes(0, ask);
    const whole = bytes.length < ask || (source.size !== null && bytes.length >= source.size);
    const tried = parseWithOffsets(bytes, whole, source.name);
    if (tried !== null) return tried;
    if (ask >= LONGEST_HEADER)
      throw new VesaliusError({
        code: 'too-large',
        what: 'DICOM header',
        where: 'PixelData',
        expected: `pixels within the first ${LONGEST_HEADER} bytes`,
        got: 'a longer header',
        file: source.name,
      });
  }
}

/** Where no pixels are found, the tables before them may be the reason. */
function parseWithOffsets(bytes: Uint8Array<ArrayBuffer>, whole: boolean, file: string): DicomHeader | null {
  let tried: DicomHeader | null = null;
  let fault: unknown = null;
  try {
    tried = tryParse(bytes, whole, file);
  } catch (thrown) {
    fault = thrown;
  }
  if (tried !== null && tried.pixels !== null) return tried;
  const plain = plainOffsets(bytes);
  if (plain !== null) return tryParse(plain, whole, file);
  if (fault !== null) throw fault;
  return tried;
}

/** ExtendedOffsetTable (7FE0,0001), little endian, and its value representation. */
const EXTENDED_OFFSETS = [0xe0, 0x7f, 0x01, 0x00, 0x4f, 0x56] as const;

/**
 * dicom-parser does not know OV (words of 64 bits, with a length of 32 bits): the two tables that have it, just before the pixels,
 * are given to it as OB. What they say is not needed: frames that have such a table are one item each (PS3.5, A.4).
 * @returns a copy; null where there are none
 */
function plainOffsets(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const begins = (at: number) => EXTENDED_OFFSETS.every((byte, n) => bytes[at + n] === byte);
  let at = bytes.indexOf(EXTENDED_OFFSETS[0]);
  while (at >= 0 && !begins(at)) at = bytes.indexOf(EXTENDED_OFFSETS[0], at + 1);
  if (at < 0 || at + 12 > bytes.length) return null;
  const plain = bytes.slice();
  plain[at + 5] = 0x42;
  const lengths = at + 12 + new DataView(plain.buffer).getUint32(at + 8, true);
  if (plain[lengths + 4] === 0x4f && plain[lengths + 5] === 0x56) plain[lengths + 5] = 0x42;
  return plain;
}

/** null: the bytes end before the header does, and there are more. */
function tryParse(bytes: Uint8Array<ArrayBuffer>, whole: boolean, file: string): DicomHeader | null {
  if (bytes.length === 0)
    throw new VesaliusError({
      code: 'format',
      what: 'DICOM file',
      where: 'size',
      expected: 'a DICOM file',
      got: '0 bytes',
      file,
    });
  const start = dicomStart(bytes);
  if (start === null)
    throw new VesaliusError({
      code: 'format',
      what: 'DICOM file',
      where: 'preamble, byte 128',
      expected: 'DICM',
      got: 'other bytes',
      file,
    });
  const shift = start.kind === 'meta' ? 132 : 0;
  const part10 = shift > 0 ? withPreamble(bytes, shift) : bytes;
  let dataSet: DataSet;
  try {
    dataSet = dicomParser.parseDicom(part10, {
      untilTag: PIXEL_DATA,
      inflater: (all: Uint8Array, position: number) =>
        inflatePrefix(all.subarray(position), whole ? LONGEST_INFLATED : bytes.length * 2).bytes,
      ...(start.kind === 'dataset' ? { TransferSyntaxUID: start.syntax } : {}),
    });
  } catch (thrown) {
    if (!whole) return null;
    throw refusal(thrown, bytes.length, file);
  }
  const syntaxUid = start.kind === 'dataset' ? start.syntax : metaSyntax(dataSet, part10);
  const pixels = pixelElement(dataSet, syntaxUid === DEFLATED ? 0 : shift);
  return pixels === null && !whole ? null : { dataSet, syntaxUid, pixels };
}

/** Read from the file's own bytes: those of the data set are others where it is deflated. */
function metaSyntax(dataSet: DataSet, part10: Uint8Array): string {
  const element = dataSet.elements.x00020010;
  if (!element) return '';
  const bytes = part10.subarray(element.dataOffset, element.dataOffset + element.length);
  return String.fromCharCode(...bytes).replace(/[\0 ]+$/, '');
}

function withPreamble(bytes: Uint8Array, shift: number): Uint8Array<ArrayBuffer> {
  const shifted = new Uint8Array(bytes.length + shift);
  shifted.set(new TextEncoder().encode('DICM'), 128);
  shifted.set(bytes, shift);
  return shifted;
}

function pixelElement(dataSet: DataSet, shift: number): PixelElement | null {
  const found = (keyword: PixelElement['keyword'], element: Element): PixelElement => ({
    keyword,
    at: element.dataOffset - shift,
    length: element.hadUndefinedLength ? null : element.length,
    words: element.vr === 'OW',
  });
  for (const [tag, keyword] of Object.entries(OTHER_PIXELS)) {
    const element = dataSet.elements[tag];
    if (element) return found(keyword, element);
  }
  const element = dataSet.elements[PIXEL_DATA];
  return element ? found('PixelData', element) : null;
}

/** dicom-parser throws strings, Errors and `{exception, dataSet}`. */
function refusal(thrown: unknown, length: number, file: string): VesaliusError {
  const inner = (thrown as { exception?: unknown } | null)?.exception ?? thrown;
  const words = inner instanceof Error ? inner.message : String(inner);
  if (words.includes('0002,0010'))
    return new VesaliusError({
      code: 'format',
      what: 'DICOM meta header',
      where: 'TransferSyntaxUID',
      expected: 'a transfer syntax',
      got: 'none',
      file,
    });
  return new VesaliusError({
    code: 'truncated',
    what: 'DICOM header',
    where: 'data set',
    expected: 'whole elements up to PixelData',
    got: `an end or a fault within ${length} bytes`,
    file,
  });
}
