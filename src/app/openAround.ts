import type { SegmentsRead } from '#compute/jobs/readSegments.ts';
import { firstWindow, middleOf, volumeRecord } from '#core/case/volumeRecord.ts';
import { spacingOf } from '#core/space/affine.ts';
import { allocateScalars, type VolumeHeader, voxelCount } from '#core/volume/volume.ts';
import { needsScan } from '#io/segments/belongs.ts';
import type { OpenParts } from './openCase.ts';

/** A case for meshes that came without a scan: an empty volume on the grid that was made around them, so that they can be seen and held. */
export function openAround({ store, newId, shared }: OpenParts, set: SegmentsRead, title: string): void {
  if (set.format !== 'mesh') throw needsScan(set.belongsTo, 'segments', set.file);
  const { dims, rasFromIjk } = set.grid;
  const header: VolumeHeader = {
    name: title || set.file,
    dims,
    timepoints: 1,
    scalarType: 'u8',
    slope: 1,
    intercept: 0,
    rasFromIjk,
    spacing: spacingOf(rasFromIjk),
    modality: 'OT',
    modalityGuessed: false,
    unit: '',
    format: 'mesh',
    synthetic: false,
    warnings: [
      {
        code: 'scan-empty',
        where: 'scan',
        kept: `a grid of ${dims.join(' × ')} around the mesh`,
        text: 'No scan was open: the mesh lies on a grid that was made around it, without values.',
      },
    ],
    storedRange: [0, 0],
  };
  const id = newId('volume');
  const scalars = allocateScalars('u8', voxelCount(dims), shared);
  store.putVolume(id, header, { header, scalars });
  store.verbs.open(header.name, volumeRecord(id, header), firstWindow(header), middleOf(header));
}
