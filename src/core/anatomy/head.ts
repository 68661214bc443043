import { VesaliusError } from '#core/errors.ts';
import type { Body } from './body.ts';

export function makeHead(seed: number): Body {
  throw new VesaliusError({
    code: 'unsupported',
    what: 'phantom',
    where: 'case',
    expected: 'thorax or geometry',
    got: seed,
  });
}
