import type { AsyncSteps, Step } from '#core/steps.ts';

/** One line on stderr, drawn over itself, where stderr is a terminal; silent elsewhere. */
export function showStep({ stage, done, of }: Step): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${stage} ${of > 0 ? Math.floor((100 * done) / of) : 0} %`);
}

export function clearStep(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

/** Drives work to its end and shows how far it is. */
export async function follow<Result>(steps: AsyncSteps<Result>, onStep?: (step: Step) => void): Promise<Result> {
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
    showStep(next.value);
    onStep?.(next.value);
  }
}
