import { VesaliusError } from '#core/errors.ts';
import { components } from './components.ts';
import { ctBody } from './ctBody.ts';
import { ctBone } from './ctBone.ts';
import { ctLungs } from './ctLungs.ts';
import { ctVessels } from './ctVessels.ts';
import type { Method } from './method.ts';
import { mrHead } from './mrHead.ts';
import { multiOtsu, otsu } from './otsu.ts';
import { regionGrow } from './regionGrow.ts';
import { threshold } from './threshold.ts';

export { parseSettings } from './settings.ts';

/** Every segmentation method, in the order in which they are offered. Page, command line and reports read this one list. */
export const methods: readonly Method[] = [
  threshold,
  otsu,
  multiOtsu,
  regionGrow,
  components,
  ctBody,
  ctBone,
  ctLungs,
  ctVessels,
  mrHead,
];

/** @throws VesaliusError 'usage' where there is none of that id */
export function methodById(id: string): Method {
  const method = methods.find((one) => one.id === id);
  if (method) return method;
  throw new VesaliusError({
    code: 'usage',
    what: 'segmentation method',
    where: 'method',
    expected: methods.map((one) => one.id).join(', '),
    got: id,
  });
}
