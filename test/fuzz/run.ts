// Feeds damaged files to the readers in threads of their own, under a watch for time and memory.
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { seeded } from '../state/caseFixtures.ts';
import { mutate } from './mutate.ts';
import { type Seed, seeds } from './seeds.ts';

export interface Fault {
  readonly seed: number;
  readonly reader: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly what: string;
}
export interface FuzzReport {
  readonly inputs: number;
  readonly read: number;
  readonly refused: number;
  readonly byReader: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly peakGrowthMb: number;
  readonly faults: readonly Fault[];
}

/** No input may take longer, nor more memory than this above what the threads take idle. */
const HANG_MS = 5000;
const HANG = 'hang';
const GROWTH_MB = 1024;

/** Input `n` of a run is made from `seed + n` alone: any one can be made again. */
export function inputOf(number: number, corpus: readonly Seed[] = seeds()): Seed {
  const random = seeded(number);
  const seed = corpus[Math.floor(random() * corpus.length)] as Seed;
  return { ...seed, bytes: mutate(new Uint8Array(seed.bytes), random) };
}

export async function fuzz(
  seed: number,
  count: number,
  { threads = 2, told }: { threads?: number; told?: (done: number) => void } = {},
): Promise<FuzzReport> {
  const corpus = seeds();
  const faults: Fault[] = [];
  const byReader: Record<string, number> = {};
  const idle = process.memoryUsage().rss;
  let [next, read, refused, slowestMs, peak] = [0, 0, 0, 0, idle];
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);

  const one = async (): Promise<void> => {
    let worker = spawn();
    while (next < count) {
      const number = seed + next++;
      const input = inputOf(number, corpus);
      byReader[input.reader] = (byReader[input.reader] ?? 0) + 1;
      const start = performance.now();
      const before = peak;
      let answer = await ask(worker, input);
      if (answer.fault?.startsWith(HANG)) {
        // A busy machine is no hang: what hangs, hangs again.
        worker = spawn();
        answer = await ask(worker, input);
      }
      const { fault, refused: no, dead } = answer;
      slowestMs = Math.max(slowestMs, performance.now() - start);
      const grown = (peak - idle) / 2 ** 20;
      const what = fault ?? (peak > before && grown > GROWTH_MB ? `memory: ${grown.toFixed(0)} MB more` : null);
      if (what !== null)
        faults.push({ seed: number, reader: input.reader, name: input.name, bytes: input.bytes, what });
      if (no) refused++;
      else if (fault === null) read++;
      if (dead) worker = spawn();
      if (next % 500 === 0) told?.(next);
    }
    await worker.terminate();
  };
  try {
    await Promise.all(Array.from({ length: threads }, one));
  } finally {
    clearInterval(watch);
  }
  return { inputs: count, read, refused, byReader, slowestMs, peakGrowthMb: (peak - idle) / 2 ** 20, faults };
}

/** Whether one input, as it lies in test/repro, is still treated wrongly; null where it is not. */
export async function faultOf(input: Seed): Promise<string | null> {
  const worker = spawn();
  try {
    return (await ask(worker, input)).fault;
  } finally {
    await worker.terminate();
  }
}

/** `reader-name-hash`: what test/repro calls a faulty input. */
export function reproName({ reader, name, bytes }: Pick<Fault, 'reader' | 'name' | 'bytes'>): string {
  return `${reader}--${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}--${name}`;
}

function spawn(): Worker {
  return new Worker(new URL('./reader.worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
}

interface Answer {
  readonly fault: string | null;
  readonly refused: boolean;
  readonly dead: boolean;
}

function ask(worker: Worker, { reader, name, bytes }: Seed): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer) => {
      clearTimeout(clock);
      for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
      resolve(answer);
    };
    const clock = setTimeout(() => {
      settle({ fault: `${HANG}: more than ${HANG_MS} ms`, refused: false, dead: true });
      void worker.terminate();
    }, HANG_MS);
    worker.on('message', ({ fault, refused }) => settle({ fault, refused, dead: false }));
    worker.on('error', (error) => settle({ fault: `thread died: ${error.message}`, refused: false, dead: true }));
    worker.on('exit', (code) => settle({ fault: `thread ended: ${code}`, refused: false, dead: true }));
    worker.postMessage({ reader, name, bytes });
  });
}
