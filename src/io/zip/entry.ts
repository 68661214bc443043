/** Where one file lies in an archive. Plain data, cloneable. */
export interface ZipEntry {
  /** Byte of the archive at which its local header begins. */
  readonly at: number;
  readonly method: 'stored' | 'deflated';
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes that it is declared to have. */
  readonly size: number;
  readonly crc32: number;
}

/** 'PK', then a local file header, or the end record of an archive that is empty. */
export function isZip(head: Uint8Array): boolean {
  const kind = (head[2] ?? 0) * 256 + (head[3] ?? 0);
  return head[0] === 0x50 && head[1] === 0x4b && (kind === 0x0304 || kind === 0x0506);
}
