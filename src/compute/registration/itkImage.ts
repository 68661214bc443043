import { itkGeometry } from '#core/space/itkFrame.ts';
import type { ItkImage } from './elastixModule.ts';
import type { WorkingCopy } from './workingCopy.ts';

/** The working copy as elastix takes it; the values are the copy's own. */
export function itkImageOf({ dims, rasFromIjk, values }: WorkingCopy): ItkImage {
  return { ...itkGeometry(dims, rasFromIjk), data: values };
}
