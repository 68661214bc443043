import { type Box, boxAround, clamp01, remembered, type Shape, SLACK, sine, smoothMin, touches } from './shape.ts';

function hull(boxes: readonly Box[]): Box {
  const low = (i: 0 | 1 | 2) => Math.min(...boxes.map((box) => box[i]));
  const high = (i: 3 | 4 | 5) => Math.max(...boxes.map((box) => box[i]));
  return [low(0), low(1), low(2), high(3), high(4), high(5)];
}

function overlap(boxes: readonly Box[]): Box {
  const low = (i: 0 | 1 | 2) => Math.max(...boxes.map((box) => box[i]));
  const high = (i: 3 | 4 | 5) => Math.min(...boxes.map((box) => box[i]));
  return [low(0), low(1), low(2), high(3), high(4), high(5)];
}

/** Union; edges are filled to a radius of about k. */
export function union(parts: readonly Shape[], k = 0): Shape {
  const box = boxAround(hull(parts.map((part) => part.box)), k);
  return {
    box,
    distance(x, y, z) {
      let d = Number.POSITIVE_INFINITY;
      for (let n = 0; n < parts.length; n++) {
        const e = (parts[n] as Shape).distance(x, y, z);
        d = k > 0 && n > 0 ? smoothMin(d, e, k) : Math.min(d, e);
      }
      return d;
    },
    near(x, y, z, radius) {
      // A part further than k behind the nearest one changes nothing.
      const reach = radius + 2 * k;
      const kept: Shape[] = [];
      for (const part of parts) {
        if (!touches(part.box, x, y, z, reach)) continue;
        const seen = part.near ? part.near(x, y, z, reach) : part;
        if (seen && seen.distance(x, y, z) <= reach * SLACK) kept.push(seen);
      }
      if (kept.length === 0) return null;
      return kept.length === 1 ? (kept[0] as Shape) : union(kept, k);
    },
  };
}

/** Intersection, its edges rounded to about k. `box` is the parts' overlap. */
export function intersection(parts: readonly Shape[], k = 0): Shape {
  return {
    box: overlap(parts.map((part) => part.box)),
    distance(x, y, z) {
      let d = Number.NEGATIVE_INFINITY;
      for (let n = 0; n < parts.length; n++) {
        const e = (parts[n] as Shape).distance(x, y, z);
        d = k > 0 && n > 0 ? -smoothMin(-d, -e, k) : Math.max(d, e);
      }
      return d;
    },
    near(x, y, z, radius) {
      const reach = radius + 2 * k;
      const kept: Shape[] = [];
      for (const part of parts) {
        const seen = part.near ? part.near(x, y, z, reach) : part;
        if (!seen) return null;
        const d = seen.distance(x, y, z);
        if (d > reach * SLACK) return null;
        // Deep inside this part it does not bind; one has to stay.
        if (d > -reach * SLACK) kept.push(seen);
      }
      if (kept.length === 0) return solid(reach);
      return kept.length === 1 ? (kept[0] as Shape) : intersection(kept, k);
    },
  };
}

/** `shape` without `hole`, the edge rounded to about k. */
export function without(shape: Shape, hole: Shape, k = 0): Shape {
  return {
    box: shape.box,
    distance(x, y, z) {
      const a = shape.distance(x, y, z);
      const b = -hole.distance(x, y, z);
      return k > 0 ? -smoothMin(-a, -b, k) : Math.max(a, b);
    },
    near(x, y, z, radius) {
      const reach = radius + 2 * k;
      const seen = shape.near ? shape.near(x, y, z, reach) : shape;
      if (!seen) return null;
      if (!touches(hole.box, x, y, z, reach)) return seen;
      const gap = hole.near ? hole.near(x, y, z, reach) : hole;
      if (!gap) return seen;
      const d = gap.distance(x, y, z);
      if (d > reach * SLACK) return seen;
      if (d < -reach * SLACK) return null;
      return without(seen, gap, k);
    },
  };
}

/** Grown by `by` mm (shrunk where negative). */
export function grown(shape: Shape, by: number): Shape {
  return {
    box: boxAround(shape.box, Math.max(0, by)),
    distance: (x, y, z) => shape.distance(x, y, z) - by,
    near(x, y, z, radius) {
      if (!shape.near) return this;
      const seen = shape.near(x, y, z, radius + Math.abs(by));
      return seen ? grown(seen, by) : null;
    },
  };
}

/**
 * The same, for a shape that many others are made with: its distance at a point is worked out once for all of them, and whole, since
 * parts left out differently for each could not be shared.
 */
export function shared(shape: Shape): Shape {
  return { box: shape.box, distance: remembered(shape).distance };
}

/** The surface moved inwards by `by(x, y, z)` mm, at most `most`. */
export function receded(shape: Shape, by: (x: number, y: number, z: number) => number, most: number): Shape {
  return {
    box: shape.box,
    distance: (x, y, z) => shape.distance(x, y, z) + by(x, y, z),
    near(x, y, z, radius) {
      const seen = shape.near ? shape.near(x, y, z, radius + most) : shape;
      return seen && receded({ ...seen, box: shape.box }, by, most);
    },
  };
}

/** Between the surface and `thickness` below it. */
export function shell(shape: Shape, thickness: number): Shape {
  return without(shape, grown(shape, -thickness));
}

/** The same on both sides of the midplane: described for x ≥ 0. */
export function mirrored(shape: Shape): Shape {
  const [, y0, z0, x1, y1, z1] = shape.box;
  return {
    box: [-x1, y0, z0, x1, y1, z1],
    distance: (x, y, z) => shape.distance(Math.abs(x), y, z),
    near(x, y, z, radius) {
      if (!shape.near || Math.abs(x) < radius) return this;
      const seen = shape.near(Math.abs(x), y, z, radius);
      return seen && mirrored({ ...seen, box: shape.box });
    },
  };
}

/** The surface pushed in and out by up to `by` mm in waves of about `wave` mm: no organ is a perfect solid. */
export function uneven(shape: Shape, by: number, wave: number, phase = 0): Shape {
  const f = (2 * Math.PI) / wave;
  const push = (x: number, y: number, z: number) =>
    by *
    (sine(f * x + phase + 0.6 * sine(0.7 * f * z)) * sine(f * y * 0.9 + 1.3 * phase) +
      0.5 * sine(1.7 * f * z + 2.1 * phase) * sine(1.5 * f * y - phase));
  const over = (inner: Shape): Shape => ({
    box: boxAround(inner.box, by * 1.5),
    distance(x, y, z) {
      const d = inner.distance(x, y, z);
      // Far from the surface the waves do not matter, and cost.
      return Math.abs(d) > 12 ? d : d + push(x, y, z) * (1 - clamp01((Math.abs(d) - 8) / 4));
    },
    near(x, y, z, radius) {
      const seen = inner.near ? inner.near(x, y, z, radius + 1.5 * by) : inner;
      return seen && over(seen);
    },
  });
  return over(shape);
}

function solid(depth: number): Shape {
  return { box: [-1e4, -1e4, -1e4, 1e4, 1e4, 1e4], distance: () => -2 * depth };
}
