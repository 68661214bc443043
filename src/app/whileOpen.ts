import { VesaliusError } from '#core/errors.ts';
import type { CaseState } from '#state/viewer.ts';

/**
 * Work on the scan that is open now. Call what this gives before the result is written into the case: another scan may have been
 * opened meanwhile, on the very same grid, and what was found in one patient must never lie in another.
 * @throws VesaliusError 'cancelled' where another scan is open then
 */
export function whileOpen(store: { getState(): Pick<CaseState, 'volumes'> }): () => void {
  const openNow = () => store.getState().volumes[0]?.id;
  const begun = openNow();
  return () => {
    if (openNow() === begun) return;
    throw new VesaliusError({
      code: 'cancelled',
      what: 'case',
      where: 'volume',
      expected: 'the scan that the work began on',
      got: 'another one',
    });
  };
}
