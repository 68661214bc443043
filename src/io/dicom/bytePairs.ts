/** In place: bytes that were kept in 16-bit words of the other order. */
export function swapPairs<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  for (let n = 0; n + 1 < bytes.length; n += 2) {
    const first = bytes[n] as number;
    bytes[n] = bytes[n + 1] as number;
    bytes[n + 1] = first;
  }
  return bytes;
}
