import { VesaliusError } from '#core/errors.ts';

/** Start of frame, as far as it tells whether the picture can be decoded here. */
export interface DctFrame {
  /** The marker's second byte: C0 baseline, C1 extended, C2 progressive, C3 lossless, … */
  readonly process: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Offset of what follows the marker's length. */
  readonly at: number;
}

/**
 * The start of frame of a stream up to the end of its segment.
 * @throws VesaliusError where the segment is too short to be one
 */
export function wholeFrame(bytes: Uint8Array, end: number): DctFrame {
  const frame = frameOf(bytes.subarray(0, end));
  if (frame === null) throw jpegFault('a whole start of frame', `a segment that ends at ${end}`);
  return frame;
}

/** ITU-T T.81, table B.1. */
export const [SOS, DHT, DAC, DRI] = [0xda, 0xc4, 0xcc, 0xdd] as const;
const [SOI, EOI] = [0xd8, 0xd9] as const;

/** The first start-of-frame marker; null where there is none before the entropy-coded bytes. */
export function frameOf(bytes: Uint8Array): DctFrame | null {
  for (const { marker, at } of segments(bytes)) {
    if (marker === SOS) return null;
    if (!isFrame(marker)) continue;
    if (at + 6 > bytes.length) return null;
    const byte = (n: number) => bytes[at + n] as number;
    return {
      process: marker,
      precision: byte(0),
      height: (byte(1) << 8) | byte(2),
      width: (byte(3) << 8) | byte(4),
      components: byte(5),
      at,
    };
  }
  return null;
}

export interface Segment {
  readonly marker: number;
  /** Its bytes without marker and length. */
  readonly at: number;
  readonly end: number;
}

/** The marker segments; `next(offset)` goes on there, which a scan needs. */
export function* segments(bytes: Uint8Array): Generator<Segment, void, number | undefined> {
  let at = 2;
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw jpegFault('a code stream that begins with FF D8', 'other bytes');
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) throw jpegFault('a marker', `byte ${bytes[at]} at ${at}`);
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === EOI) return;
    if (at + 3 >= bytes.length) break;
    const end = at + 2 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
    if (end < at + 4 || end > bytes.length) throw jpegFault('a marker segment within the stream', `an end at ${end}`);
    const resume: number | undefined = yield { marker, at: at + 4, end };
    at = resume ?? end;
  }
}

export function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== 0xc8 && marker !== DAC;
}

export function jpegFault(expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'format', what: 'JPEG picture', where: 'PixelData', expected, got });
}
