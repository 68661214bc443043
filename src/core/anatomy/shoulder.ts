import { union } from './combine.ts';
import type { Side } from './ribs.ts';
import { capsule, ellipsoid, plate, type Shape, type Triple } from './shape.ts';
import type { Outline } from './torso.ts';
import { tube } from './tube.ts';
import { between } from './vector.ts';

export interface Shoulder {
  readonly side: Side;
  readonly scapula: Shape;
  readonly clavicle: Shape;
  readonly humerus: Shape;
  /** The blade and its processes as a centre surface, to lay muscle on. */
  readonly blade: Shape;
  /** Arm raised beside the head, as skin. */
  readonly arm: Shape;
}

/** The girdle of the right side, mirrored for the left: arms up, as in a scanner. */
export function makeShoulder(side: Side, cage: Outline): Shoulder {
  const s = side === 'right' ? 1 : -1;
  // Triangular blade, lying on the ribs with a finger's breadth between.
  const lift = cage.back(66) + 103.5;
  const at = (x: number, y: number, z: number): Triple => [s * x, y + lift, z];
  const superior = at(57, -77, 133);
  const medialHigh = at(52, -92, 112);
  const medialLow = at(63, -105, 68);
  const inferior = at(84, -101, 23);
  const lateralLow = at(101, -89, 57);
  const lateralHigh = at(108, -64, 96);
  const neck: Triple = [s * 111, -41, 116];
  const glenoid: Triple = [s * 115, -30, 124];
  const notch = at(86, -62, 136);
  const middle = at(80, -87, 94);
  const outline: Triple[] = [superior, medialHigh, medialLow, inferior, lateralLow, lateralHigh, neck, notch];
  const thickness = 2.3;
  const faces = outline.map((p, n) => plate(middle, p, outline[(n + 1) % outline.length] as Triple, thickness));
  const lateralBorder = tube(
    [
      [...inferior, 4],
      [...lateralLow, 4.6],
      [...lateralHigh, 5],
      [...neck, 7],
      [...glenoid, 10],
    ],
    4,
  );
  const medialBorder = tube(
    [
      [...superior, 3.2],
      [...medialHigh, 3],
      [...medialLow, 3],
      [...inferior, 4.2],
    ],
    4,
  );
  // The ridge from the inner border out to the acromion, over the joint.
  const ridgeRoot = at(54, -93, 110);
  const ridgeFoot = at(82, -82, 116);
  const ridgeEnd = at(102, -56, 121);
  const ridgeMiddle = at(82, -99, 121);
  const ridgeOut: Triple = [s * 117, -68, 141];
  const acromion: Triple = [s * 131, -42, 152];
  const ridge = union([
    plate(ridgeRoot, ridgeMiddle, ridgeFoot, 1.9),
    plate(ridgeMiddle, ridgeFoot, ridgeOut, 1.9),
    plate(ridgeFoot, ridgeEnd, ridgeOut, 1.9),
    tube(
      [
        [...ridgeRoot, 3],
        [...ridgeMiddle, 4.2],
        [...ridgeOut, 5],
        [...acromion, 5.6],
      ],
      4,
    ),
    ellipsoid(acromion, [10, 13, 4.6]),
  ]);
  const coracoid = tube(
    [
      [...(between(neck, glenoid, 0.3) as [number, number, number]), 6],
      [s * 104, -24, 136, 5.5],
      [s * 106, -6, 139, 5],
      [s * 110, 3, 134, 4.6],
    ],
    4,
  );
  const blade = union(faces, 1.5);
  const scapula = union([blade, lateralBorder, medialBorder, ridge, coracoid, ellipsoid(glenoid, [7, 13, 17])], 3);
  const clavicle = tube(
    [
      [s * 24, cage.front(120) - 4, 130, 9],
      [s * 40, cage.front(120) + 1, 135, 6.6],
      [s * 66, cage.front(120) - 9, 144, 5.8],
      [s * 94, cage.front(120) - 36, 152, 6],
      [s * 116, -22, 155, 6.6],
      [s * 123, -30, 154, 7],
    ],
    6,
  );
  const head: Triple = [s * 135, -26, 131];
  const elbow: Triple = [s * 157, 4, 262];
  const humerus = union(
    [
      ellipsoid(head, [21, 21, 22]),
      ellipsoid([s * 147, -18, 142], [11, 12, 15]),
      capsule(head, between(head, elbow, 0.3), 15, 11.5),
      capsule(between(head, elbow, 0.25), elbow, 11.5, 10.5),
    ],
    6,
  );
  const arm = capsule([s * 132, -26, 118], [s * 152, 2, 262], 38, 33);
  return { side, scapula, clavicle, humerus, blade: union([blade, lateralBorder]), arm };
}
