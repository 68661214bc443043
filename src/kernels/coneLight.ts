// Light from the voxels around a vertex, by cones through a pyramid of occupancy. Levels are uint8 grids with one cell of 0 on
// each side; all pointers are the caller's, 4-byte aligned. Twin: test/twin/coneLight.ts
// Source: Crassin et al., Interactive Indirect Illumination Using Voxel Cone Tracing, 2011 (its occlusion part, without colour).

/** Words per level: pointer, cells along x, y, z (border included), cells per row, per slice, 1 / cell size in base cells (f32). */
const LEVEL: usize = 28;

/** Trilinear occupancy 0…1 at base-grid place (x, y, z), cell centres at whole numbers; −1 outside the level. */
// @ts-ignore: decorator
@inline
function occupied(level: usize, x: f32, y: f32, z: f32): f32 {
  const shrink = load<f32>(level, 24);
  const px: f32 = (x + 0.5) * shrink + 0.5;
  const py: f32 = (y + 0.5) * shrink + 0.5;
  const pz: f32 = (z + 0.5) * shrink + 0.5;
  if (!(px >= 0 && py >= 0 && pz >= 0)) return -1;
  const i = <i32>px;
  const j = <i32>py;
  const k = <i32>pz;
  if (i >= load<i32>(level, 4) - 1 || j >= load<i32>(level, 8) - 1 || k >= load<i32>(level, 12) - 1) return -1;
  const row = load<i32>(level, 16);
  const slice = load<i32>(level, 20);
  const at = <usize>load<u32>(level) + <usize>(i + row * j + slice * k);
  const u: f32 = px - <f32>i;
  const v: f32 = py - <f32>j;
  const w: f32 = pz - <f32>k;
  const a = <u32>load<u16>(at);
  const b = <u32>load<u16>(at + row);
  const c = <u32>load<u16>(at + slice);
  const d = <u32>load<u16>(at + row + slice);
  if ((a | b | c | d) == 0) return 0;
  const x0: f32 = <f32>(a & 255) + u * (<f32>(a >> 8) - <f32>(a & 255));
  const x1: f32 = <f32>(b & 255) + u * (<f32>(b >> 8) - <f32>(b & 255));
  const x2: f32 = <f32>(c & 255) + u * (<f32>(c >> 8) - <f32>(c & 255));
  const x3: f32 = <f32>(d & 255) + u * (<f32>(d >> 8) - <f32>(d & 255));
  const y0: f32 = x0 + v * (x1 - x0);
  const y1: f32 = x2 + v * (x3 - x2);
  return (y0 + w * (y1 - y0)) * (1.0 / 255.0);
}

/**
 * Openness and open direction of vertices `from` … `to`.
 * @param levels table of levels, finest first
 * @param vertices 6 f32 each: place and unit normal in the base grid
 * @param cones 4 f32 each: direction in the vertex's frame (z = normal) and its cosine
 * @param samples 3 words each: distance along a cone in cells (f32), weight of what is met there (f32), address of the level's row
 * @param target 4 f32 each: openness 0…1 and the sum of open directions, not normalised
 */
export function coneLight(
  vertices: usize,
  from: i32,
  to: i32,
  cones: usize,
  coneCount: i32,
  samples: usize,
  sampleCount: i32,
  lift: f32,
  target: usize,
): void {
  for (let vertex = from; vertex < to; vertex++) {
    const source = vertices + <usize>vertex * 24;
    const nx = load<f32>(source, 12);
    const ny = load<f32>(source, 16);
    const nz = load<f32>(source, 20);
    const x: f32 = load<f32>(source) + nx * lift;
    const y: f32 = load<f32>(source, 4) + ny * lift;
    const z: f32 = load<f32>(source, 8) + nz * lift;
    // Two directions across the normal. Duff et al., Building an Orthonormal Basis, Revisited, 2017.
    const sign: f32 = nz < 0 ? -1 : 1;
    const p: f32 = <f32>-1.0 / (sign + nz);
    const q: f32 = nx * ny * p;
    const tx: f32 = 1.0 + sign * nx * nx * p;
    const ty: f32 = sign * q;
    const tz: f32 = -sign * nx;
    const bx: f32 = q;
    const by: f32 = sign + ny * ny * p;
    const bz: f32 = -ny;
    let open: f32 = 0;
    let all: f32 = 0;
    let ox: f32 = 0;
    let oy: f32 = 0;
    let oz: f32 = 0;
    for (let cone = 0; cone < coneCount; cone++) {
      const row = cones + <usize>cone * 16;
      const cx = load<f32>(row);
      const cy = load<f32>(row, 4);
      const cz = load<f32>(row, 8);
      const cosine = load<f32>(row, 12);
      const dx: f32 = tx * cx + bx * cy + nx * cz;
      const dy: f32 = ty * cx + by * cy + ny * cz;
      const dz: f32 = tz * cx + bz * cy + nz * cz;
      let through: f32 = 1;
      let entered = false;
      for (let sample = 0; sample < sampleCount; sample++) {
        const step = samples + <usize>sample * 12;
        const t = load<f32>(step);
        const met = occupied(<usize>load<u32>(step, 8), x + dx * t, y + dy * t, z + dz * t);
        if (met < 0) {
          // A cone that has left a box does not come back; one from outside may yet enter.
          if (entered) break;
          continue;
        }
        entered = true;
        if (met == 0) continue;
        through *= <f32>1.0 - met * load<f32>(step, 4);
        if (through < 0.03) {
          through = 0;
          break;
        }
      }
      open += through * cosine;
      all += cosine;
      ox += dx * through * cosine;
      oy += dy * through * cosine;
      oz += dz * through * cosine;
    }
    const out = target + <usize>vertex * 16;
    store<f32>(out, open / all);
    store<f32>(out, ox, 4);
    store<f32>(out, oy, 8);
    store<f32>(out, oz, 12);
  }
}

/**
 * How deep the tissue is behind vertices `from` … `to`: share of `steps` places, one cell apart along −normal, that are occupied
 * before the first that is not.
 * @param target 1 f32 each, 0…1
 */
export function tissueDepth(
  level: usize,
  vertices: usize,
  from: i32,
  to: i32,
  steps: i32,
  target: usize,
): void {
  for (let vertex = from; vertex < to; vertex++) {
    const source = vertices + <usize>vertex * 24;
    const x = load<f32>(source);
    const y = load<f32>(source, 4);
    const z = load<f32>(source, 8);
    const nx = load<f32>(source, 12);
    const ny = load<f32>(source, 16);
    const nz = load<f32>(source, 20);
    let depth: f32 = 0;
    for (let step = 1; step <= steps; step++) {
      const t = <f32>step;
      const met = occupied(level, x - nx * t, y - ny * t, z - nz * t);
      if (met < 0.25) break;
      depth += 1;
    }
    store<f32>(target + <usize>vertex * 4, depth / <f32>steps);
  }
}
