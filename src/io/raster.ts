import { spacingOf } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Modality, ScalarType, Volume, VolumeHeader } from '#core/volume/volume.ts';
import { readVoxels, type VoxelPlan } from './readVoxels.ts';
import type { ByteSource } from './source.ts';

/** What is known of a volume before its voxels are read. `modality` and `scalarType` may change when they are. */
export type HeaderFacts = Omit<VolumeHeader, 'storedRange'>;

/** A scan in one header and one run of voxels (NIfTI, NRRD, MetaImage, …): described, not read. */
export interface RasterFile {
  readonly facts: HeaderFacts;
  readonly plan: VoxelPlan;
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

/** @throws VesaliusError as readVoxels does */
export async function* readRaster(
  { facts, plan, fromFooter }: RasterFile,
  { shared, onSlab }: { readonly shared: boolean; readonly onSlab?: OnSlab | undefined },
): AsyncSteps<Volume> {
  const perSlice = facts.dims[0] * facts.dims[1];
  const slices = facts.dims[2];
  let told = 0;
  const read = yield* readVoxels(plan, shared, ({ scalars, rgb, type, done, range }) => {
    if (!onSlab) return;
    const ready = Math.min(slices, Math.floor(done / perSlice));
    if (ready <= told) return;
    told = ready;
    onSlab({ header: withRange(facts, type, range(), rgb !== undefined), scalars, ...(rgb && { rgb }) }, ready);
  });
  const { scalars, rgb } = read;
  const header = {
    ...withRange(facts, read.scalarType, read.storedRange, rgb !== undefined),
    ...fromFooter?.(read.footer),
    warnings: [...facts.warnings, ...read.warnings],
  };
  return { header, scalars, ...(rgb && { rgb }) };
}

function withRange(
  facts: HeaderFacts,
  scalarType: ScalarType,
  range: readonly [number, number],
  colour: boolean,
): VolumeHeader {
  const { slope, intercept } = facts;
  const least = Math.min(slope * range[0], slope * range[1]) + intercept;
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
