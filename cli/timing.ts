/** Milliseconds per stage since the process began; what lies between two marks belongs to the later one. */
export interface Timing {
  /** Ends a stage. */
  end(stage: string): void;
  /** All stages and their `total`. */
  report(): Record<string, number>;
}

export function startTiming(): Timing {
  const stages: Record<string, number> = {};
  // performance.now() counts from the start of the process: `start` holds what Node itself took.
  let last = 0;
  return {
    end(stage) {
      const now = performance.now();
      stages[stage] = (stages[stage] ?? 0) + now - last;
      last = now;
    },
    report() {
      const rounded = Object.fromEntries(
        Object.entries(stages).map(([stage, ms]) => [stage, Math.round(ms * 1000) / 1000]),
      );
      return { ...rounded, total: Math.round(last * 1000) / 1000 };
    },
  };
}
