/** One report of long work: `done` of `of` in a named stage, and perhaps a part of the result that can be shown already. */
export interface Step {
  /** Machine-readable, kebab-case: 'read', 'isosurface'. */
  readonly stage: string;
  readonly done: number;
  readonly of: number;
  /** An early piece of the result (a coarse surface); its meaning is the job's own. */
  readonly partial?: unknown;
}

/** Long work as a generator: it yields progress; whoever drives it may stop, and stopping leaves nothing half-written. */
export type Steps<Result> = Generator<Step, Result, void>;
export type AsyncSteps<Result> = AsyncGenerator<Step, Result, void>;

/** Runs to the end without listening to progress. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

export async function finishAsync<Result>(steps: AsyncSteps<Result>): Promise<Result> {
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
  }
}
