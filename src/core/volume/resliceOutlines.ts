// Borders of segments on a slice as lines, so that they are drawn at any width whatever the size of a voxel.

/** Called for each closed border of a segment: `count` points as x, y; the array is used again after the call. */
export type OutlineLoop = (value: number, points: Float32Array, count: number) => void;

// Used from call to call and grown as needed.
let padded = new Uint16Array(0);
/** Where the border goes on after it has crossed an edge; −1: not crossed. */
let following = new Int32Array(0);
let crossings = new Int32Array(0);
let line = new Float32Array(0);

/**
 * Traces the borders of the segments for which `drawn[value]` is not 0: marching squares, each segment against all else, the
 * inside on the left hand on the screen. Points are in pixels of `labels`; a border runs halfway between pixels, `inset`
 * (0 to 0.5) of a pixel further inside, so that those of two neighbours do not cover each other. Beyond the picture
 * nothing is, so every border closes.
 * Source: Maple, Geometric design and space planning using the marching squares and marching cube algorithms, 2003.
 */
export function traceOutlines(
  labels: Uint16Array,
  width: number,
  height: number,
  drawn: Uint8Array,
  inset: number,
  loop: OutlineLoop,
): void {
  const w = width + 2;
  const size = w * (height + 2);
  if (padded.length < size) {
    padded = new Uint16Array(size);
    following = new Int32Array(4 * size).fill(-1);
  }
  padded.fill(0, 0, size);
  for (let y = 0; y < height; y++) padded.set(labels.subarray(y * width, (y + 1) * width), (y + 1) * w + 1);
  const count = linkCrossings(w, height + 2, drawn);
  for (let n = 0; n < count; n++) {
    const begin = crossings[n] as number;
    let points = 0;
    for (let key = begin; (following[key] as number) >= 0; ) {
      if (line.length < 2 * points + 2) line = grown(line, 2 * points + 2);
      place(key, w, inset, line, 2 * points);
      points++;
      const next = following[key] as number;
      following[key] = -1;
      key = next;
    }
    if (points > 0) loop(valueAtCrossing(begin, w), line, points);
  }
}

/**
 * An edge is 2·(pixel) for the one to the pixel's right, + 1 for the one below it; a crossing of it is 2·edge where the inside
 * is at that pixel, + 1 where it is at the other end. So each segment at an edge has its own.
 */
function linkCrossings(w: number, h: number, drawn: Uint8Array): number {
  let count = 0;
  for (let y = 0; y + 1 < h; y++)
    for (let x = 0; x + 1 < w; x++) {
      const at = y * w + x;
      const a = padded[at] as number;
      const b = padded[at + 1] as number;
      const c = padded[at + w + 1] as number;
      const d = padded[at + w] as number;
      if (a === b && b === c && c === d) continue;
      // Round the cell: corners a b c d, and the edge after each.
      corner[0] = a;
      corner[1] = b;
      corner[2] = c;
      corner[3] = d;
      edge[0] = 4 * at;
      edge[1] = 4 * (at + 1) + 2;
      edge[2] = 4 * (at + w);
      edge[3] = 4 * at + 2;
      if (crossings.length < count + 4) crossings = grown(crossings, count + 4);
      for (let n = 0; n < 4; n++) {
        const value = corner[n] as number;
        const before = (n + 3) & 3;
        if (!drawn[value] || corner[before] === value) continue;
        // A run of corners of one segment: the border comes in before its first and goes out after its last.
        let last = n;
        while (corner[(last + 1) & 3] === value) last = (last + 1) & 3;
        const key = (edge[before] as number) + (isFirst[before] as number);
        following[key] = (edge[last] as number) + 1 - (isFirst[last] as number);
        crossings[count++] = key;
      }
    }
  return count;
}

const corner = new Int32Array(4);
const edge = new Int32Array(4);
/** Is a corner the first pixel of the edge after it? */
const isFirst = new Int32Array([1, 1, 0, 0]);

/** Middle of a crossed edge, moved inside; in pixels of the picture without its padding. */
function place(key: number, w: number, inset: number, into: Float32Array, at: number): void {
  const pixel = key >> 2;
  const x = (pixel % w) - 1;
  const y = ((pixel / w) | 0) - 1;
  const along = 0.5 + (key & 1 ? inset : -inset);
  into[at] = key & 2 ? x : x + along;
  into[at + 1] = key & 2 ? y + along : y;
}

function valueAtCrossing(key: number, w: number): number {
  const pixel = key >> 2;
  return padded[key & 1 ? pixel + (key & 2 ? w : 1) : pixel] as number;
}

function grown<Numbers extends Int32Array | Float32Array>(from: Numbers, least: number): Numbers {
  const bigger = new (from.constructor as new (length: number) => Numbers)(Math.max(1024, 2 * from.length, least));
  bigger.set(from);
  return bigger;
}
