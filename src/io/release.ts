/**
 * Frees an array's memory at once, where the engine can (ES2024) and the array is all of its buffer: a slice a millisecond is garbage
 * faster than it is collected. The array is empty afterwards. Not for what a browser's file gave: it holds on to that memory until it
 * collects, and collects later since it is not counted any more.
 */
export function release({ buffer, byteLength }: Uint8Array<ArrayBufferLike>): void {
  if (buffer.byteLength !== byteLength || !(buffer instanceof ArrayBuffer)) return;
  (buffer as ArrayBuffer & { transfer?(bytes: number): ArrayBuffer }).transfer?.(0);
}
