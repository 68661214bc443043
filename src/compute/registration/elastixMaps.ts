import { affine, multiply } from '#core/space/affine.ts';
import { itkGeometry, turnMatrix } from '#core/space/itkFrame.ts';
import type { ParameterMap } from './elastixModule.ts';
import type { MetricName } from './similarity.ts';
import type { WorkingCopy } from './workingCopy.ts';

export type StageKind = 'rigid' | 'affine' | 'deformable';

/** One run of elastix: one kind of transform at one resolution. */
export interface Stage {
  readonly kind: StageKind;
  /** Both scans are smoothed by a Gaussian of half this many voxels of the working grid. */
  readonly smoothing: number;
  readonly iterations: number;
  /** Points drawn anew for each iteration. */
  readonly samples: number;
  /** Kind 'deformable': mm between the control points. */
  readonly gridMm?: number;
}

const transforms: Readonly<Record<StageKind, string>> = {
  rigid: 'EulerTransform',
  affine: 'AffineTransform',
  deformable: 'RecursiveBSplineTransform',
};
const metrics: Readonly<Record<MetricName, string>> = {
  correlation: 'AdvancedNormalizedCorrelation',
  'mutual-information': 'AdvancedMattesMutualInformation',
};

/**
 * elastix' parameters for a stage: its own defaults (adaptive stochastic gradient descent, Klein et al., IJCV 2009; the step sizes
 * are estimated) with the resolution, metric and seed given here. A deformation is held smooth by its coarse control grid alone: the
 * bending energy takes five times as long here and brought no point of a phantom closer.
 */
export function parametersOf(stage: Stage, metric: MetricName, seed: number): ParameterMap {
  const { kind, smoothing, iterations, samples, gridMm } = stage;
  const one = (value: string | number | boolean) => [String(value)];
  return {
    AutomaticParameterEstimation: one(true),
    ...(kind === 'deformable' ? {} : { AutomaticScalesEstimation: one(true) }),
    AutomaticTransformInitialization: one(false),
    CheckNumberOfSamples: one(true),
    DefaultPixelValue: one(0),
    FixedImagePyramid: one('FixedSmoothingImagePyramid'),
    MovingImagePyramid: one('MovingSmoothingImagePyramid'),
    ImagePyramidSchedule: [smoothing, smoothing, smoothing].map(String),
    ImageSampler: one('RandomCoordinate'),
    Interpolator: one('LinearInterpolator'),
    MaximumNumberOfIterations: one(iterations),
    MaximumNumberOfSamplingAttempts: one(8),
    Metric: one(metrics[metric]),
    NewSamplesEveryIteration: one(true),
    NumberOfHistogramBins: one(32),
    // As many as it has parameters unless told: for B-splines most of the time, for the same result.
    NumberOfJacobianMeasurements: one(1000),
    NumberOfResolutions: one(1),
    NumberOfSamplesForExactGradient: one(4096),
    NumberOfSpatialSamples: one(samples),
    Optimizer: one('AdaptiveStochasticGradientDescent'),
    RandomSeed: one(seed),
    Registration: one('MultiResolutionRegistration'),
    ResampleInterpolator: one('FinalLinearInterpolator'),
    Resampler: one('DefaultResampler'),
    ...(gridMm === undefined ? {} : { FinalGridSpacingInPhysicalUnits: one(gridMm), GridSpacingSchedule: one(1) }),
    Transform: one(transforms[kind]),
    WriteIterationInfo: one(false),
    WriteResultImage: one(false),
  };
}

/** The map that elastix would write for `movingFromFixed` (RAS → RAS, column-major 16). */
export function linearMap(movingFromFixed: readonly number[], fixed: WorkingCopy): ParameterMap {
  const { size, spacing, origin, direction } = itkGeometry(fixed.dims, fixed.rasFromIjk);
  const m = turnMatrix(movingFromFixed);
  const rows = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => m[row + 4 * column] as number));
  const one = (value: string | number) => [String(value)];
  return {
    Transform: one('AffineTransform'),
    NumberOfParameters: one(12),
    TransformParameters: [...rows, m[12], m[13], m[14]].map(String),
    CenterOfRotationPoint: ['0', '0', '0'],
    InitialTransformParameterFileName: one('NoInitialTransform'),
    HowToCombineTransforms: one('Compose'),
    FixedImageDimension: one(3),
    MovingImageDimension: one(3),
    FixedInternalImagePixelType: one('float'),
    MovingInternalImagePixelType: one('float'),
    Size: size.map(String),
    Index: ['0', '0', '0'],
    Spacing: spacing.map(String),
    Origin: origin.map(String),
    Direction: [0, 1, 2].flatMap((c) => [0, 1, 2].map((r) => String(direction[3 * r + c]))),
    UseDirectionCosines: one('true'),
    ResampleInterpolator: one('FinalLinearInterpolator'),
    Resampler: one('DefaultResampler'),
    DefaultPixelValue: one(0),
    ResultImageFormat: one('mhd'),
    ResultImagePixelType: one('float'),
  };
}

/** The 4×4 (RAS → RAS) of a rigid or affine map alone, without what it was composed with. */
export function matrixOf(map: ParameterMap): number[] {
  const p = numbers(map, 'TransformParameters');
  const c = numbers(map, 'CenterOfRotationPoint');
  const linear = map.Transform?.[0] === 'EulerTransform' ? eulerRows(p) : p.slice(0, 9);
  const shift = p.slice(-3);
  // ITK: x ↦ A (x − c) + c + t.
  const t = [0, 1, 2].map(
    (row) =>
      (shift[row] as number) +
      (c[row] as number) -
      [0, 1, 2].reduce((sum, k) => sum + (linear[3 * row + k] as number) * (c[k] as number), 0),
  );
  const columns = [0, 1, 2].flatMap((column) => [...[0, 1, 2].map((row) => linear[3 * row + column] as number), 0]);
  return turnMatrix([...columns, ...t, 1]);
}

/** `then` after `first`, both 16 numbers column-major. */
export function after(then: readonly number[], first: readonly number[]): number[] {
  return [...multiply(affine('ras', 'ras', then), affine('ras', 'ras', first)).m];
}

export function numbers(map: ParameterMap, name: string): number[] {
  return (map[name] ?? []).map(Number);
}

/** ITK's Euler3DTransform with ComputeZYX false: Rz · Rx · Ry, rows. */
function eulerRows([x, y, z]: readonly number[]): number[] {
  const [cx, sx] = [Math.cos(x as number), Math.sin(x as number)];
  const [cy, sy] = [Math.cos(y as number), Math.sin(y as number)];
  const [cz, sz] = [Math.cos(z as number), Math.sin(z as number)];
  return [
    cz * cy - sz * sx * sy,
    -sz * cx,
    cz * sy + sz * sx * cy,
    sz * cy + cz * sx * sy,
    cz * cx,
    sz * sy - cz * sx * cy,
    -cx * sy,
    sx,
    cx * cy,
  ];
}
