import { spacingOf } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Modality, ScalarType, Volume, VolumeHeader } from '#core/volume/volume.ts';
import { VesaliusError } from '#core/errors.ts';
import { coarserFacts } from './coarser.ts';
import { type ReadVoxelsOptions, readVoxels, type VoxelPlan } from './readVoxels.ts';
import type { ByteSource } from './source.ts';

/** What is known of a volume before its voxels are read. `modality` and `scalarType` may change when they are. */
export type HeaderFacts = Omit<VolumeHeader, 'storedRange'>;

/** A scan in one header and one run of voxels (NIfTI, NRRD, MetaImage, …): described, not read. */
export interface RasterFile {
  readonly facts: HeaderFacts;
  readonly plan: VoxelPlan;
  /** The field by which the file says that its values are labels. */
  readonly labels?: string | undefined;
  /** What the bytes behind the voxels add to the facts, where `plan.footer` asks for them. */
  readonly fromFooter?: (footer: Uint8Array<ArrayBuffer>) => Pick<HeaderFacts, 'timesMs'>;
  /** All files that belong to it, the header's first. */
  readonly sources: readonly ByteSource[];
}

export type RasterFacts = Pick<
  VolumeHeader,
  'name' | 'dims' | 'timepoints' | 'timesMs' | 'slope' | 'intercept' | 'rasFromIjk' | 'format' | 'warnings'
>;

/** Called as slices are in place, in order; `volume.header.storedRange` is that of the voxels so far. */
export type OnSlab = (volume: Volume, readySlices: number) => void;

/** These formats do not tell CT from MR: CT where the smallest value is at most this, else MR. */
const CT_MINIMUM = -900;

export function headerFacts(facts: RasterFacts, scalarType: ScalarType): HeaderFacts {
  return {
    ...facts,
    scalarType,
    spacing: spacingOf(facts.rasFromIjk),
    modality: 'OT',
    modalityGuessed: true,
    unit: '',
    synthetic: false,
  };
}

/** @throws VesaliusError as readVoxels does; 'unsupported' where means are asked for of labels */
export async function* readRaster(
  { facts: found, plan, fromFooter, labels }: RasterFile,
  { shared, coarser, onSlab }: ReadVoxelsOptions & { readonly onSlab?: OnSlab | undefined },
): AsyncSteps<Volume> {
  if (coarser && labels !== undefined) throw meansOfLabels(labels);
  const facts = coarser ? coarserFacts(found, coarser, plan.fields.size) : found;
  const perSlice = facts.dims[0] * facts.dims[1];
  const slices = facts.dims[2];
  let told = 0;
  const read = yield* readVoxels(plan, { shared, coarser }, ({ scalars, rgb, type, done, range, fileRange }) => {
    if (!onSlab) return;
    const ready = Math.min(slices, Math.floor(done / perSlice));
    if (ready <= told) return;
    told = ready;
    const header = withRange(facts, type, range(), fileRange(), rgb !== undefined);
    onSlab({ header, scalars, ...(rgb && { rgb }) }, ready);
  });
  const { scalars, rgb } = read;
  const header = {
    ...withRange(facts, read.scalarType, read.storedRange, read.fileRange, rgb !== undefined),
    ...fromFooter?.(read.footer),
    warnings: [...facts.warnings, ...read.warnings],
  };
  return { header, scalars, ...(rgb && { rgb }) };
}

function meansOfLabels(where: string): VesaliusError {
  const expected = 'full resolution, since the mean of two labels is a third';
  return new VesaliusError({ code: 'unsupported', what: 'coarser reading', where, expected, got: 'labels' });
}

/** @param fileRange what the modality is guessed by: the same scan, the same guess, however coarsely it is read */
function withRange(
  facts: HeaderFacts,
  scalarType: ScalarType,
  range: readonly [number, number],
  fileRange: readonly [number, number],
  colour: boolean,
): VolumeHeader {
  const { slope, intercept } = facts;
  const least = Math.min(slope * fileRange[0], slope * fileRange[1]) + intercept;
  const modality: Modality = colour ? 'OT' : least <= CT_MINIMUM ? 'CT' : 'MR';
  return {
    ...facts,
    scalarType,
    modality,
    modalityGuessed: !colour,
    unit: modality === 'CT' ? 'HU' : '',
    storedRange: range,
  };
}
