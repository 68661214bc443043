import type { AsyncSteps } from '#core/steps.ts';
import { helpDecode, type SharedSlices } from '#io/dicom/sharedSlices.ts';

/** Decodes slices of a series that another worker reads, from its end on, into the buffer that they share. */
export async function* decodeSlices(work: SharedSlices): AsyncSteps<number> {
  return yield* helpDecode(work);
}
