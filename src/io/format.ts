/** A format that is read. Recognised by its bytes; extensions only tell what a file claims to be. */
export interface Format<Id extends string = string> {
  readonly id: Id;
  readonly name: string;
  readonly extensions: readonly string[];
  readonly specification: string;
  /** @param head the first bytes, at least 544 where the file has them, inflated */
  matches(head: Uint8Array): boolean;
}

/** Bytes as Latin-1, fewer at the end. */
export function latin1(head: Uint8Array, at: number, count: number): string {
  let words = '';
  for (const byte of head.subarray(at, at + count)) words += String.fromCharCode(byte);
  return words;
}
