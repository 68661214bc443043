import { Inflate } from 'fflate';

/**
 * The first bytes of a raw deflate stream: stops asking once `enough` have come, so that a bomb costs what is needed and no more.
 * @returns `complete` where the stream ended by itself
 * @throws whatever fflate says of a broken stream
 */
export function inflatePrefix(
  deflated: Uint8Array,
  enough: number,
): { bytes: Uint8Array<ArrayBuffer>; complete: boolean } {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let complete = false;
  const inflate = new Inflate((chunk, final) => {
    chunks.push(chunk);
    length += chunk.length;
    if (final) complete = true;
  });
  // A deflated byte makes at most 1032 of them: 4 KB bring no more than 4 MB at a time.
  const piece = 4096;
  for (let at = 0; at < deflated.length && !complete && length < enough; at += piece)
    inflate.push(deflated.slice(at, at + piece), at + piece >= deflated.length);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { bytes, complete };
}
