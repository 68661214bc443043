import { transferring } from '#compute/protocol.ts';
import { bsplineOf } from '#compute/registration/bspline.ts';
import { fieldFacts, fieldOf } from '#compute/registration/deformation.ts';
import { after, linearMap, matrixOf, parametersOf, type Stage } from '#compute/registration/elastixMaps.ts';
import { type ParameterMap, runElastix } from '#compute/registration/elastixModule.ts';
import { itkImageOf } from '#compute/registration/itkImage.ts';
import { blockResidual, type Residual } from '#compute/registration/residual.ts';
import { checkRegistration, failed, isPeak, noWorse } from '#compute/registration/sanity.ts';
import { alike, type MetricName } from '#compute/registration/similarity.ts';
import { type RegistrationKind, stagesOf } from '#compute/registration/stages.ts';
import { type StartName, startOf } from '#compute/registration/start.ts';
import { type Region, type WorkingCopy, workingCopy } from '#compute/registration/workingCopy.ts';
import { VesaliusError } from '#core/errors.ts';
import { affine, determinant3, invert, transform, type Vector3 } from '#core/space/affine.ts';
import { movingFromFixed, type SpatialTransform } from '#core/space/registration.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Volume } from '#core/volume/volume.ts';

export interface RegisterOptions {
  readonly kind: RegistrationKind;
  /** 'auto': correlation between two CTs, else mutual information, which asks only that tissues differ. */
  readonly metric?: 'auto' | MetricName;
  /** Where to begin: 16 numbers, column-major, moving RAS mm → fixed RAS mm. Kind 'rigid' wants a rigid one. */
  readonly initial?: readonly number[];
  /** A box in the fixed scan's RAS mm that alone is compared. */
  readonly fixedRegion?: Region;
  /** Both scans are brought down to at most this many voxels along an axis (default 128). */
  readonly most?: number;
  /** Kind 'deformable': mm between the finest control points (default 30, or 5 voxels of the working grid where that is more). */
  readonly gridMm?: number;
  /** elastix draws its samples from this; the same seed gives the same transform. */
  readonly seed?: number;
}

/** How a transform was made, to be kept beside it. */
export interface RegistrationFacts {
  readonly program: 'elastix';
  readonly start: StartName;
  /** The start was the best place within a voxel and the search found no better: the transform is the start itself. */
  readonly startKept: boolean;
  readonly seed: number;
  /** mm between the voxels that were compared. */
  readonly workingMm: { readonly fixed: number; readonly moving: number };
  readonly stages: readonly Stage[];
  /** How much of the smaller one of the scans' boxes lies in the other, 0 to 1. */
  readonly overlap: number;
  readonly determinant: number;
  /** Kind 'deformable'. */
  readonly deformation?: { readonly maxMm: number; readonly minJacobian: number };
}

/** A found transform; `matrix` and `field` as in SpatialTransform: moving's own RAS mm → fixed's RAS mm. */
export interface Registered extends SpatialTransform {
  readonly kind: RegistrationKind;
  /** The middle one of what blocks of the scans would still have to move, mm; null where no block has structure enough. */
  readonly residualMm: number | null;
  readonly residual: Residual | null;
  readonly metric: { readonly name: MetricName; readonly before: number; readonly after: number };
  readonly made: RegistrationFacts;
}

const MOST = 128;
const DEFAULT_SEED = 121212;

/**
 * Lays `moving` on `fixed` (first timepoints): finds `matrix`, moving's own RAS mm → fixed's RAS mm, and for kind 'deformable' a
 * displacement field over the fixed scan as well. elastix (Klein et al., IEEE TMI 2010) runs one stage at a time, seconds each,
 * and cannot be stopped within one: to cancel ends the worker.
 * @throws VesaliusError 'registration-failed' with figures where the scans cannot be laid on one another; 'usage' for options that
 * are none; 'geometry' for a region outside the scan
 */
export async function* register(fixed: Volume, moving: Volume, options: RegisterOptions): AsyncSteps<Registered> {
  const { kind, seed = DEFAULT_SEED, most = MOST } = options;
  const metric = metricOf(fixed, moving, options.metric ?? 'auto');
  const target = yield* workingCopy(fixed, most, options.fixedRegion ?? null, 'register-fixed');
  const source = yield* workingCopy(moving, most, null, 'register-moving');
  for (const [name, { range }] of [
    ['fixed', target],
    ['moving', source],
  ] as const)
    if (!(range[1] > range[0])) throw failed(`${name} scan`, 'values that differ', `${range[0]} everywhere`);

  const start = options.initial ? given(options.initial, kind) : startOf(metric, target, source);
  const before = alike(metric, target, source, movingFromFixed({ matrix: start.matrix, field: null }));
  const stages = stagesOf(kind, target, options.gridMm);
  const images = [itkImageOf(target), itkImageOf(source)] as const;
  // elastix' own direction: fixed → moving.
  let pull = [...invert(affine('ras', 'ras', start.matrix)).m];
  let bends: readonly ParameterMap[] = [];
  for (const [n, stage] of stages.entries()) {
    yield { stage: `register-${stage.kind}`, done: n, of: stages.length };
    const chain = [linearMap(pull, target), ...bends];
    const { transforms } = await runElastix(parametersOf(stage, metric, seed), ...images, chain).catch((thrown) => {
      throw failed(stage.kind, 'elastix to finish', thrown instanceof Error ? thrown.message : String(thrown));
    });
    const found = transforms.at(-1);
    if (!found) throw failed(stage.kind, 'a transform', 'none');
    if (stage.kind === 'deformable') bends = transforms.slice(1);
    else pull = after(matrixOf(found), pull);
  }
  yield { stage: 'register-check', done: stages.length, of: stages.length };

  const here: SpatialTransform = { matrix: start.matrix, field: null };
  const searched = placed(target, pull, bends);
  const ended = alike(metric, target, source, movingFromFixed(searched));
  // The same scan twice: what could not be better is kept, and that is said.
  const kept = !noWorse(metric, before, ended) && isPeak(metric, target, source, movingFromFixed(here));
  const { matrix, field } = kept ? here : searched;
  const reached = kept ? before : ended;
  const deformation = field ? fieldFacts(field) : null;
  const map = movingFromFixed({ matrix, field });
  checkRegistration(target, source, { kind, metric, matrix, field: deformation, before, after: reached, map });
  const residual = blockResidual(metric, target, source, map);
  return transferring(
    {
      kind,
      matrix,
      field,
      residualMm: residual?.medianMm ?? null,
      residual,
      metric: { name: metric, before: before.value, after: reached.value },
      made: {
        program: 'elastix',
        start: start.name,
        startKept: kept,
        seed,
        workingMm: { fixed: target.spacingMm, moving: source.spacingMm },
        stages,
        overlap: reached.overlap,
        determinant: determinant3(affine('ras', 'ras', matrix)),
        ...(deformation ? { deformation } : {}),
      },
    },
    field ? [field.mm.buffer] : [],
  );
}

/** The chain that elastix found, as a matrix and what the bends add to it. */
function placed(target: WorkingCopy, pull: readonly number[], bends: readonly ParameterMap[]): SpatialTransform {
  const matrix = [...invert(affine('ras', 'ras', pull)).m];
  return { matrix, field: bends.length > 0 ? fieldOf(target, matrix, chained(pull, bends)) : null };
}

/** Fixed → moving through the linear part and every B-spline after it. */
function chained(pull: readonly number[], bends: readonly ParameterMap[]): (p: Vector3) => Vector3 {
  const linear = affine('ras', 'ras', pull);
  const splines = bends.map(bsplineOf);
  return (p) => splines.reduce<Vector3>((q, spline) => spline(q), transform(linear, p));
}

function metricOf(fixed: Volume, moving: Volume, asked: 'auto' | MetricName): MetricName {
  if (asked !== 'auto') return asked;
  return fixed.header.modality === 'CT' && moving.header.modality === 'CT' ? 'correlation' : 'mutual-information';
}

function given(matrix: readonly number[], kind: RegistrationKind): { name: StartName; matrix: number[] } {
  const checked = affine('ras', 'ras', matrix);
  // A matrix without volume is refused here.
  invert(checked);
  const columns = [0, 4, 8].map((c) => matrix.slice(c, c + 3));
  const product = (a: number, b: number) =>
    [0, 1, 2].reduce((sum, r) => sum + (columns[a]?.[r] as number) * (columns[b]?.[r] as number), 0);
  const rigid = [0, 1, 2].every((a) => [0, 1, 2].every((b) => Math.abs(product(a, b) - (a === b ? 1 : 0)) < 1e-3));
  if (determinant3(checked) <= 0 || (kind === 'rigid' && !rigid)) {
    throw new VesaliusError({
      code: 'usage',
      what: 'registration',
      where: 'initial',
      expected: kind === 'rigid' ? 'a rotation and a shift' : 'a determinant above 0',
      got: matrix.map((v) => v.toPrecision(4)).join(' '),
    });
  }
  return { name: 'given', matrix: [...matrix] };
}
