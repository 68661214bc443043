import type { Port } from '#compute/port.ts';
import { type FromWorker, type ToWorker, transfersOf } from '#compute/protocol.ts';
import { asVesaliusError, fieldsOf, VesaliusError } from '#core/errors.ts';
import type { AsyncSteps, Step, Steps } from '#core/steps.ts';

// A job's own type is checked where it is called, through Jobs.
type Job = (...args: never[]) => unknown;
/** Each entry loads the job's module on first use: a worker holds only what it runs. */
export type JobTable = Readonly<Record<string, () => Promise<Job>>>;

/** Work goes on for this long before the worker looks for a cancel message; far under the 100 ms that a cancel may take. */
const SLICE_MS = 12;

/** Answers run and cancel messages on `port`. One job at a time per worker; the pool queues. */
export function serve(port: Port, jobs: JobTable): void {
  const stopped = new Set<number>();
  port.listen((data) => {
    const message = data as ToWorker;
    if (message.kind === 'cancel') stopped.add(message.call);
    else void run(message);
  });

  const post = (message: FromWorker, transfer: readonly Transferable[] = []) => port.post(message, transfer);

  async function run({ call, job, args }: Extract<ToWorker, { kind: 'run' }>): Promise<void> {
    try {
      const load = jobs[job];
      if (!load)
        throw new VesaliusError({
          code: 'internal',
          what: 'job',
          where: 'worker',
          expected: 'a job that is served',
          got: job,
        });
      const work = (await load())(...(args as never[]));
      const result = isSteps(work) ? await drive(call, work) : await work;
      if (stopped.has(call)) post({ kind: 'cancelled', call });
      else post({ kind: 'done', call, result }, transfersOf(result));
    } catch (thrown) {
      if (thrown === CANCELLED) post({ kind: 'cancelled', call });
      else post({ kind: 'failed', call, error: fieldsOf(asVesaliusError(thrown)) });
    } finally {
      stopped.delete(call);
    }
  }

  async function drive(call: number, work: Steps<unknown> | AsyncSteps<unknown>): Promise<unknown> {
    let sliceEnds = performance.now() + SLICE_MS;
    let told = 0;
    for (;;) {
      const next = await (work.next() as IteratorResult<Step, unknown> | Promise<IteratorResult<Step, unknown>>);
      if (next.done) return next.value;
      const now = performance.now();
      const { partial } = next.value;
      if (partial !== undefined || now - told > 50 || next.value.done === next.value.of) {
        told = now;
        post({ kind: 'step', call, step: next.value }, transfersOf(partial));
      }
      if (now > sliceEnds) {
        await breathe();
        sliceEnds = performance.now() + SLICE_MS;
      }
      if (stopped.has(call)) {
        await work.return(undefined);
        throw CANCELLED;
      }
    }
  }
}

const CANCELLED = Symbol('cancelled');

function isSteps(work: unknown): work is Steps<unknown> | AsyncSteps<unknown> {
  return (
    typeof work === 'object' &&
    work !== null &&
    'next' in work &&
    (Symbol.iterator in work || Symbol.asyncIterator in work)
  );
}

/** Lets waiting messages in. A message to oneself is not clamped to 4 ms as a timer is. */
const channel = new MessageChannel();
let wake: (() => void) | undefined;
channel.port1.onmessage = () => wake?.();
(channel.port1 as { unref?: () => void }).unref?.();
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
    channel.port2.postMessage(0);
  });
}
