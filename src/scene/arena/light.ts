// The room that lights the body: one key, one rim and five soft sources as spherical Gaussians, evaluated in the shader.
// No texture, so nothing to load or convolve, and the same for both eyes.
// Direction = towards the light; x to the right of the picture, y up, z towards the viewer. Values are linear.
import { Vector3 } from 'three';

type Triple = readonly [number, number, number];

const unit = ([x, y, z]: Triple): Triple => {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
};

export const key = { direction: unit([-0.55, 0.72, 0.62]), radiance: [1.75, 1.671, 1.558] } as const;
export const rim = { direction: unit([0.62, -0.12, -0.78]), radiance: [1.1, 0.726, 0.462] } as const;
export const constant: Triple = [0.085, 0.098, 0.115];

/** Radiance of a source towards d: colour · exp(sharpness · (d · direction − 1)). */
export interface Gaussian {
  readonly direction: Triple;
  readonly sharpness: number;
  readonly color: Triple;
  /** Seen in reflections only: its diffuse part is the key light itself. */
  readonly specularOnly: boolean;
}
export const gaussians: readonly Gaussian[] = [
  { direction: key.direction, sharpness: 14, color: [1.6, 1.5, 1.36], specularOnly: true },
  { direction: unit([0.85, 0.25, 0.5]), sharpness: 2.5, color: [0.26, 0.33, 0.43], specularOnly: false },
  { direction: unit([0, 1, 0.1]), sharpness: 2, color: [0.15, 0.18, 0.22], specularOnly: false },
  { direction: rim.direction, sharpness: 7, color: [0.95, 0.6, 0.36], specularOnly: false },
  { direction: unit([-0.2, -1, 0.2]), sharpness: 2, color: [0.1, 0.075, 0.06], specularOnly: false },
];

/** The nine real spherical harmonics of order ≤ 2 at a unit direction. */
export function harmonics([x, y, z]: Triple): number[] {
  return [
    0.282095,
    0.488603 * y,
    0.488603 * z,
    0.488603 * x,
    1.092548 * x * y,
    1.092548 * y * z,
    0.315392 * (3 * z * z - 1),
    1.092548 * x * z,
    0.546274 * (x * x - y * y),
  ];
}

/**
 * Irradiance / π of the room (without the key box) as nine coefficients per colour, to be summed with `harmonics(normal)`.
 * Source: Ramamoorthi & Hanrahan, An Efficient Representation for Irradiance Environment Maps, 2001.
 */
export function irradianceHarmonics(): Vector3[] {
  const sums = Array.from({ length: 9 }, () => [0, 0, 0]);
  const ROWS = 64;
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < 2 * ROWS; column++) {
      // Even in z and in the angle: every sample stands for the same solid angle.
      const z = ((row + 0.5) / ROWS) * 2 - 1;
      const angle = ((column + 0.5) / (2 * ROWS)) * 2 * Math.PI;
      const radius = Math.sqrt(1 - z * z);
      const d: Triple = [radius * Math.cos(angle), radius * Math.sin(angle), z];
      const radiance = [...constant];
      for (const { direction, sharpness, color, specularOnly } of gaussians) {
        if (specularOnly) continue;
        const fall = Math.exp(sharpness * (d[0] * direction[0] + d[1] * direction[1] + d[2] * direction[2] - 1));
        for (let c = 0; c < 3; c++) radiance[c] = (radiance[c] as number) + (color[c] as number) * fall;
      }
      const basis = harmonics(d);
      const solidAngle = (4 * Math.PI) / (2 * ROWS * ROWS);
      for (let n = 0; n < 9; n++)
        for (let c = 0; c < 3; c++)
          (sums[n] as number[])[c] =
            ((sums[n] as number[])[c] as number) + (radiance[c] as number) * (basis[n] as number) * solidAngle;
    }
  const cosineLobe = [1, 2 / 3, 2 / 3, 2 / 3, 1 / 4, 1 / 4, 1 / 4, 1 / 4, 1 / 4];
  return sums.map((sum, n) => new Vector3(...(sum as unknown as Triple)).multiplyScalar(cosineLobe[n] as number));
}
