import type { Modality } from '#core/volume/volume.ts';

/** What a scan that is opened without labels gets by itself: one method after the other, as ordinary segments. */
export interface FirstLook {
  readonly method: string;
  /** Drawn from the voxels' values at this rescaled value; null: found from the histogram. */
  readonly isovalue: number | null;
  readonly opacity: number;
}

/** Between fat and air, in HU: where a body ends. */
export const BODY_HU = -300;
/** Cancellous bone and up, in HU: where the drawn surface of bone lies. */
const BONE_HU = 180;

/** CT: the body, translucent, around the bones. MR: the head. Else what Otsu finds. */
export function firstLooks(modality: Modality): readonly FirstLook[] {
  switch (modality) {
    case 'CT':
      return [
        { method: 'ct-body', isovalue: BODY_HU, opacity: 0.22 },
        { method: 'ct-bone', isovalue: BONE_HU, opacity: 1 },
      ];
    case 'MR':
      return [{ method: 'mr-head', isovalue: null, opacity: 1 }];
    default:
      return [{ method: 'otsu', isovalue: null, opacity: 1 }];
  }
}
