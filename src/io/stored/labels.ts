// A labelmap layer as a file of one frame: JSON with the dims, then each brick as u16 words: (0, value) where it is one value;
// (1, n, n × (count, value)) as runs; (2, 32³ values) where runs would be longer. Little-endian.
import * as z from 'zod/mini';
import { VesaliusError } from '#core/errors.ts';
import { BRICK_VOXELS, type Brick, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { frameOf, readFrames } from './frames.ts';

const [UNIFORM, RUNS, RAW] = [0, 1, 2] as const;
const size = z.int().check(z.positive(), z.maximum(65535));
const Head = z.object({ dims: z.tuple([size, size, size]) });

export function labelsBytes({ dims, bricks }: LabelmapData): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(JSON.stringify({ dims }).padEnd(64));
  const words = growingWords();
  for (const brick of bricks) writeBrick(words, brick);
  const payload = new Uint8Array(4 + head.length + 2 * words.length());
  const view = new DataView(payload.buffer);
  view.setUint32(0, head.length, true);
  payload.set(head, 4);
  const made = words.made();
  for (let n = 0, at = 4 + head.length; n < made.length; n++, at += 2) view.setUint16(at, made[n] as number, true);
  return frameOf(payload);
}

/** @throws VesaliusError 'checksum' or 'format' where the bytes are no whole layer */
export function readLabels(bytes: Uint8Array): LabelmapData {
  const { payloads, end } = readFrames(bytes);
  const [payload] = payloads;
  if (payload === undefined || end !== bytes.length)
    throw refusal('checksum', 'frame', 'one whole frame', `${bytes.length} bytes that hold none`);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const length = payload.length >= 4 ? view.getUint32(0, true) : payload.length;
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder().decode(payload.subarray(4, 4 + length)));
  } catch {
    given = undefined;
  }
  const head = Head.safeParse(given);
  if (!head.success) throw refusal('format', 'dims', 'three sizes', 'another');
  const { dims } = head.data;
  const [bi, bj, bk] = brickGrid(dims);
  let at = 4 + length;
  const word = (): number => {
    if (at + 2 > payload.length) throw refusal('format', 'bricks', `${bi * bj * bk} of them`, 'fewer');
    at += 2;
    return view.getUint16(at - 2, true);
  };
  const bricks: Brick[] = [];
  for (let n = 0; n < bi * bj * bk; n++) bricks.push(readBrick(word));
  if (at !== payload.length) throw refusal('format', 'bricks', `${bi * bj * bk} of them`, 'more');
  return { dims, bricks };
}

function writeBrick(words: ReturnType<typeof growingWords>, brick: Brick): void {
  if (typeof brick === 'number') {
    words.push(UNIFORM, brick);
    return;
  }
  let runs = 1;
  for (let n = 1; n < BRICK_VOXELS; n++) if (brick[n] !== brick[n - 1]) runs++;
  if (2 * runs + 1 >= BRICK_VOXELS) {
    words.push(RAW);
    words.all(brick);
    return;
  }
  words.push(RUNS, runs);
  for (let n = 0; n < BRICK_VOXELS; ) {
    const start = n++;
    while (n < BRICK_VOXELS && brick[n] === brick[start]) n++;
    words.push(n - start, brick[start] as number);
  }
}

function readBrick(word: () => number): Brick {
  const kind = word();
  if (kind === UNIFORM) return word();
  const voxels = new Uint16Array(BRICK_VOXELS);
  if (kind === RAW) {
    for (let n = 0; n < BRICK_VOXELS; n++) voxels[n] = word();
    return voxels;
  }
  if (kind !== RUNS) throw refusal('format', 'kind of a brick', '0, 1 or 2', kind);
  let end = 0;
  for (let runs = word(); runs > 0; runs--) {
    const count = word();
    voxels.fill(word(), end, end + count);
    end += count;
  }
  if (end !== BRICK_VOXELS) throw refusal('format', 'voxels of a brick', String(BRICK_VOXELS), end);
  return voxels;
}

function growingWords() {
  let made = new Uint16Array(1 << 16);
  let length = 0;
  const room = (more: number) => {
    if (length + more <= made.length) return;
    const larger = new Uint16Array(Math.max(2 * made.length, length + more));
    larger.set(made.subarray(0, length));
    made = larger;
  };
  return {
    push(...list: number[]) {
      room(list.length);
      for (const each of list) made[length++] = each;
    },
    all(list: Uint16Array<ArrayBufferLike>) {
      room(list.length);
      made.set(list, length);
      length += list.length;
    },
    length: () => length,
    made: () => made.subarray(0, length),
  };
}

function refusal(code: 'format' | 'checksum', where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'labels of a stored case', where, expected, got });
}
