// An append-only log of frames: u32 length, u32 CRC-32 over the length and the payload, payload; little-endian. A write that
// was cut off leaves a frame that is not whole at the end, and nothing before it is touched.
import { crc32 } from './crc32.ts';

const HEAD = 8;

export function frameOf(payload: Uint8Array<ArrayBufferLike>): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEAD + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, payload.length, true);
  frame.set(payload, HEAD);
  view.setUint32(4, sumOf(frame.subarray(0, 4), frame.subarray(HEAD)), true);
  return frame;
}

export interface Frames {
  /** Payloads of the frames that are whole, views on the given bytes. */
  readonly payloads: readonly Uint8Array[];
  /** Bytes up to the end of the last whole frame: what follows may be cut off. */
  readonly end: number;
  /** Frames in the middle whose check sum does not fit: each a place in the file. */
  readonly damaged: readonly number[];
}

export function readFrames(bytes: Uint8Array): Frames {
  const payloads: Uint8Array[] = [];
  const damaged: number[] = [];
  let end = 0;
  for (let at = 0; at < bytes.length; ) {
    const next = wholeAt(bytes, at);
    if (next !== null) {
      payloads.push(bytes.subarray(at + HEAD, next));
      end = at = next;
      continue;
    }
    // One damaged act need not take all later ones with it, where its length still leads to the next.
    const length = at + HEAD <= bytes.length ? viewOf(bytes).getUint32(at, true) : 0;
    const after = at + HEAD + length;
    if (length === 0 || after >= bytes.length || wholeAt(bytes, after) === null) break;
    damaged.push(at);
    at = after;
  }
  return { payloads, end, damaged };
}

/** Where the frame at `at` ends; null where it is not whole. */
function wholeAt(bytes: Uint8Array, at: number): number | null {
  if (at + HEAD > bytes.length) return null;
  const view = viewOf(bytes);
  const next = at + HEAD + view.getUint32(at, true);
  if (next > bytes.length) return null;
  const sum = sumOf(bytes.subarray(at, at + 4), bytes.subarray(at + HEAD, next));
  return sum === view.getUint32(at + 4, true) ? next : null;
}

const sumOf = (length: Uint8Array, payload: Uint8Array): number => crc32(payload, crc32(length));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
