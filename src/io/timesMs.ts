import { VesaliusError } from '#core/errors.ts';

/** No scan has more; a damaged header may. */
const MOST_TIMEPOINTS = 2 ** 20;

/**
 * When each of several timepoints began that follow each other evenly; nothing where there is one, or no length of time.
 * @param stepMs from one to the next
 * @param where the field that counts them
 * @throws VesaliusError 'too-large'
 */
export function timesMs(timepoints: number, stepMs: number, where: string): { readonly timesMs?: readonly number[] } {
  if (timepoints < 2 || !(stepMs > 0) || !Number.isFinite(stepMs)) return {};
  if (timepoints > MOST_TIMEPOINTS) {
    const expected = `at most ${MOST_TIMEPOINTS} timepoints`;
    throw new VesaliusError({ code: 'too-large', what: 'time series', where, expected, got: timepoints });
  }
  return { timesMs: Array.from({ length: timepoints }, (_, n) => n * stepMs) };
}
