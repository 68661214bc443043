/** What the page itself notes while a bench watches it; ms of its own clock. */
export interface Watched {
  /** Tasks over 50 ms, as the browser tells them. */
  readonly tasks: readonly { readonly at: number; readonly ms: number }[];
  /** Calls that wait for the graphics card, or for what draws in its place: half a millisecond or more. */
  readonly gl: readonly { readonly at: number; readonly ms: number; readonly name: string }[];
}
declare global {
  interface Window {
    watched: { tasks: { at: number; ms: number }[]; gl: { at: number; ms: number; name: string }[] };
  }
}

/** Runs in the page before its scripts. */
export function watchPage(): void {
  window.watched = { tasks: [], gl: [] };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.watched.tasks.push({ at: startTime, ms: duration });
  }).observe({ type: 'longtask', buffered: true });
  const timed = (name: string, work: (this: unknown, ...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]): unknown {
      const at = performance.now();
      try {
        return work.apply(this, args);
      } finally {
        const ms = performance.now() - at;
        if (ms >= 0.5) window.watched.gl.push({ at, ms, name });
      }
    };
  const methods = WebGL2RenderingContext.prototype as unknown as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(methods)) {
    const { value } = Object.getOwnPropertyDescriptor(methods, name) ?? {};
    if (typeof value === 'function' && name !== 'constructor') methods[name] = timed(name, value);
  }
  // A new size makes new buffers, for which the page waits too.
  for (const side of ['width', 'height']) {
    const before = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, side);
    if (before?.set)
      Object.defineProperty(HTMLCanvasElement.prototype, side, { ...before, set: timed(side, before.set) });
  }
}
