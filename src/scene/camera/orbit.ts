// Where the desk's camera stands, as four numbers and a point; pure. Metres and radians, y up.
import type { Bounds } from '#scene/arena/slotFacts.ts';
import type { NamedView } from '#state/viewer.ts';

type Triple = readonly [number, number, number];

export interface Orbit {
  readonly target: Triple;
  /** 0 looks at the patient's front; grows as the camera walks to the right of the picture. */
  readonly azimuth: number;
  /** Up to ±π/2, the poles included. */
  readonly elevation: number;
  readonly distance: number;
}

export interface Basis {
  readonly right: Triple;
  readonly up: Triple;
  /** From the target to the camera. */
  readonly towards: Triple;
}

export const FOV_DEGREES = 28;

export function basisOf({ azimuth, elevation }: Pick<Orbit, 'azimuth' | 'elevation'>): Basis {
  const [sa, ca, se, ce] = [Math.sin(azimuth), Math.cos(azimuth), Math.sin(elevation), Math.cos(elevation)];
  return { right: [ca, 0, -sa], up: [-se * sa, ce, -se * ca], towards: [ce * sa, se, ce * ca] };
}

export function eyeOf(orbit: Orbit): Triple {
  const { towards } = basisOf(orbit);
  return [0, 1, 2].map(
    (n) => (orbit.target[n] as number) + orbit.distance * (towards[n] as number),
  ) as unknown as Triple;
}

/** By radians; the elevation stops at the poles, where up would turn over. */
export function turned(orbit: Orbit, azimuth: number, elevation: number): Orbit {
  const limit = Math.PI / 2;
  return {
    ...orbit,
    azimuth: orbit.azimuth + azimuth,
    elevation: Math.min(limit, Math.max(-limit, orbit.elevation + elevation)),
  };
}

/** Moves what is seen by pixels to the right and down, at the depth of the target. */
export function panned(orbit: Orbit, right: number, down: number, viewHeight: number): Orbit {
  const basis = basisOf(orbit);
  const metres = metresPerPixel(orbit, viewHeight);
  const target = orbit.target.map(
    (value, n) => value - (basis.right[n] as number) * right * metres + (basis.up[n] as number) * down * metres,
  );
  return { ...orbit, target: target as unknown as Triple };
}

/** `factor` below 1 comes nearer. */
export function zoomed(orbit: Orbit, factor: number): Orbit {
  return { ...orbit, distance: Math.min(20, Math.max(0.01, orbit.distance * factor)) };
}

export function metresPerPixel({ distance }: Orbit, viewHeight: number): number {
  return (2 * distance * Math.tan((FOV_DEGREES * Math.PI) / 360)) / Math.max(1, viewHeight);
}

const views: Readonly<Record<NamedView, readonly [azimuth: number, elevation: number]>> = {
  front: [0, 0],
  back: [Math.PI, 0],
  right: [-Math.PI / 2, 0],
  left: [Math.PI / 2, 0],
  top: [0, Math.PI / 2],
  bottom: [0, -Math.PI / 2],
  'three-quarter': [-0.6, 0.3],
};

/** The same place seen from a named side; the shorter way round. */
export function lookingFrom(orbit: Orbit, view: NamedView): Orbit {
  const [azimuth, elevation] = views[view];
  return { ...orbit, azimuth: orbit.azimuth + shorterTurn(azimuth - orbit.azimuth), elevation };
}

/** Aims at the middle of a box (metres) from the same side, as near as the whole of it is seen, `margin` around it. */
export function framing(orbit: Orbit, { low, high }: Bounds, aspect: number, margin = 1.1): Orbit {
  const target = [0, 1, 2].map((n) => ((low[n] as number) + (high[n] as number)) / 2) as unknown as Triple;
  const { right, up, towards } = basisOf(orbit);
  const tangent = Math.tan((FOV_DEGREES * Math.PI) / 360) / margin;
  let distance = 0.02;
  for (let corner = 0; corner < 8; corner++) {
    const offset = [0, 1, 2].map((n) => (((corner >> n) & 1 ? high[n] : low[n]) as number) - (target[n] as number));
    const along = (axis: Triple) =>
      (offset[0] as number) * axis[0] + (offset[1] as number) * axis[1] + (offset[2] as number) * axis[2];
    const depth = along(towards);
    distance = Math.max(
      distance,
      depth + Math.abs(along(up)) / tangent,
      depth + Math.abs(along(right)) / (tangent * Math.max(0.2, aspect)),
    );
  }
  return { ...orbit, target, distance };
}

/** Between two places; `share` 0 to 1. */
export function between(from: Orbit, to: Orbit, share: number): Orbit {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return {
    target: from.target.map((value, n) => mix(value, to.target[n] as number)) as unknown as Triple,
    azimuth: from.azimuth + shorterTurn(to.azimuth - from.azimuth) * share,
    elevation: mix(from.elevation, to.elevation),
    distance: Math.exp(mix(Math.log(from.distance), Math.log(to.distance))),
  };
}

export const easeOut = (share: number): number => 1 - (1 - share) ** 3;

function shorterTurn(angle: number): number {
  const turn = angle % (2 * Math.PI);
  return turn > Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn;
}
