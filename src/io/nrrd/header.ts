import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';

/** The lines of an NRRD header, not yet understood. */
export interface NrrdHeader {
  readonly version: number;
  /** Names in lower case without spaces, since both `data file` and `datafile` are written; values as they stand. */
  readonly fields: ReadonlyMap<string, string>;
  /** Names below `data file: LIST`. */
  readonly list: readonly string[];
  /** Bytes up to the data: past the blank line; the whole length where there is none. */
  readonly length: number;
  /** There was a blank line, so that data may follow. */
  readonly ended: boolean;
}

export function refuseNrrd(
  code: VesaliusErrorCode,
  where: string,
  expected: string,
  got: string | number,
): VesaliusError {
  return new VesaliusError({ code, what: 'NRRD header', where, expected, got });
}

/**
 * @param bytes the beginning of the file; `ended` tells whether it held the whole header
 * Source: teem.sourceforge.net/nrrd/format.html, NRRD0001 to NRRD0005
 */
export function parseNrrdHeader(bytes: Uint8Array<ArrayBuffer>): NrrdHeader {
  const fields = new Map<string, string>();
  const list: string[] = [];
  const text = new TextDecoder('latin1').decode(bytes);
  let at = 0;
  let version = 0;
  let listing = false;
  let ended = false;
  for (let line = 0; at < text.length; line++) {
    const end = text.indexOf('\n', at);
    const words = text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    if (end < 0 && line > 0 && words.length > 1 << 20) break;
    at = end < 0 ? text.length : end + 1;
    if (line === 0) {
      version = Number(/^NRRD(\d{4})$/.exec(words.trim())?.[1] ?? Number.NaN);
      if (!(version >= 1 && version <= 5)) throw refuseNrrd('unsupported', 'magic', 'NRRD0001 to NRRD0005', words);
      continue;
    }
    if (words === '') {
      ended = true;
      break;
    }
    if (words.startsWith('#')) continue;
    if (listing) {
      list.push(words.trim());
      continue;
    }
    const pair = /^([^:]+):([ =])\s*(.*)$/.exec(words) ?? /^([^:]+):()(.*)$/.exec(words);
    // `key:=value` is what its writer noted; nothing of the grid is in it.
    if (!pair || pair[2] === '=') continue;
    const name = (pair[1] ?? '').toLowerCase().replaceAll(' ', '');
    fields.set(name, (pair[3] ?? '').trim());
    if (name === 'datafile' && /^LIST\b/.test(pair[3] ?? '')) listing = true;
  }
  return { version, fields, list, length: at, ended };
}

/** Words of a field, parentheses kept together: `(1,0,0) none (0,0,2.5)`. */
export function wordsOf(value: string): string[] {
  return value.match(/\([^)]*\)|"[^"]*"|\S+/g) ?? [];
}

/** The numbers of `(x,y,z)`. */
export function vectorOf(word: string, where: string): number[] {
  const numbers = word
    .replace(/^\(|\)$/g, '')
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!word.startsWith('(') || numbers.some((number) => !Number.isFinite(number))) {
    throw refuseNrrd('format', where, 'vectors such as (1,0,0)', word);
  }
  return numbers;
}
