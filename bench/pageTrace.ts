import type { Watched } from './pageWatch.ts';

export type Phase = 'reading and meshing' | 'segmenting';

/** A task of the main thread that took longer than LONG_MS. */
export interface LongTask {
  readonly ms: number;
  /** Of these the thread had a processor; null where the system does not tell. */
  readonly processorMs: number | null;
  /** Within calls of WebGL: what is drawn in software is waited for there. */
  readonly glMs: number;
  /** The browser's names for what took most of it, outermost first. */
  readonly what: string;
}

export const LONG_MS = 50;

interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly startTime?: number } };
}

/** The long tasks of each phase, from the page's own notes, with what the browser's trace says about each. */
export function longTasks(
  { traceEvents }: { readonly traceEvents: readonly TraceEvent[] },
  { tasks, gl }: Watched,
): { readonly name: Phase; readonly tasks: readonly LongTask[] }[] {
  const marks = traceEvents
    .filter(({ cat, name }) => cat === 'blink.user_timing' && name.startsWith('phase '))
    .sort((a, b) => a.ts - b.ts);
  const first = marks[0];
  if (!first) return [];
  const originUs = first.ts - 1000 * (first.args?.data?.startTime ?? Number.NaN);
  const main = traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && pid === first.pid && tid === first.tid);
  const phases = new Map<Phase, LongTask[]>();
  const nameOf = (mark: TraceEvent) => mark.name.slice('phase '.length) as Phase;
  for (const mark of marks) phases.set(nameOf(mark), []);
  for (const { at, ms } of tasks) {
    const startUs = originUs + 1000 * at;
    const mark = marks.findLast(({ ts }) => ts <= startUs);
    if (!mark || ms <= LONG_MS) continue;
    const within = main
      .filter(({ ts, dur = 0 }) => ts >= startUs - 2000 && ts + dur <= startUs + 1000 * ms + 2000)
      .sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0));
    const processor = within[0]?.tdur;
    phases.get(nameOf(mark))?.push({
      ms,
      processorMs: processor === undefined ? null : processor / 1000,
      glMs: gl.filter((call) => call.at >= at - 1 && call.at < at + ms).reduce((sum, call) => sum + call.ms, 0),
      what: whatOf(within),
    });
  }
  return [...phases].map(([name, found]) => ({ name, tasks: found.sort((a, b) => b.ms - a.ms) }));
}

/** Names that say nothing are left out. */
const EMPTY = /RunTask|callFunction|FunctionCall|ScheduleTask/;

function whatOf(events: readonly TraceEvent[]): string {
  const least = (events[0]?.dur ?? 0) / 4;
  const names = events.filter(({ name, dur = 0 }) => dur >= least && !EMPTY.test(name)).map(({ name }) => name);
  return [...new Set(names)].slice(0, 3).join(' › ') || 'a task of the browser';
}
