/**
 * When each of several timepoints began that follow each other evenly; nothing where there is one, or no length of time.
 * @param stepMs from one to the next
 */
export function timesMs(timepoints: number, stepMs: number): { readonly timesMs?: readonly number[] } {
  if (timepoints < 2 || !(stepMs > 0) || !Number.isFinite(stepMs)) return {};
  return { timesMs: Array.from({ length: timepoints }, (_, n) => n * stepMs) };
}
