/** One opening's clock: `performance.measure` entries that all start when the open begins. */
export interface OpenMarks {
  measure(name: 'slice' | 'read' | 'coarse' | 'full'): void;
}

export function startMarks(): OpenMarks {
  const start = performance.now();
  const done = new Set<string>();
  return {
    measure(name) {
      if (done.has(name)) return;
      done.add(name);
      performance.measure(name, { start, end: performance.now() });
    },
  };
}
