import { VesaliusError } from '#core/errors.ts';
import type { Body } from './body.ts';
import type { PhantomSpec } from './phantomSpec.ts';

/**
 * The body of a phantom in its contrast. Each case is a module of its own, loaded when it is asked for.
 * @throws VesaliusError 'usage' where the case has no such contrast
 */
export async function makeBody(spec: PhantomSpec): Promise<Body> {
  const { seed, contrast = 'ct' } = spec;
  if (spec.case === 'geometry') {
    if (contrast !== 'ct')
      throw new VesaliusError({ code: 'usage', what: 'phantom', where: 'contrast', expected: 'ct', got: contrast });
    return (await import('./geometry.ts')).makeGeometry(spec.rasFromIjk, spec.dims);
  }
  const body = await anatomy(spec.case, seed);
  return contrast === 'ct' ? body : (await import('./mr.ts')).inContrast(body, contrast);
}

async function anatomy(name: Exclude<PhantomSpec['case'], 'geometry'>, seed: number): Promise<Body> {
  switch (name) {
    case 'thorax':
      return (await import('./thorax.ts')).makeThorax(seed);
    case 'abdomen':
      return (await import('./belly.ts')).makeBelly(seed);
    case 'head':
      return (await import('./head.ts')).makeHead(seed);
  }
}
