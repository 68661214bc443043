import type { Jobs } from '#compute/jobTable.ts';
import type { FromWorker, ToWorker } from '#compute/protocol.ts';
import { VesaliusError } from '#core/errors.ts';
import type { AsyncSteps, Step, Steps } from '#core/steps.ts';

/** A worker as the pool sees it; made by spawnBrowser.ts or spawnNode.ts. */
export interface WorkerHandle {
  post(message: ToWorker, transfer: readonly Transferable[]): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** The worker died: a trap, out of memory, a module that failed to load. */
  onDeath(listener: (reason: string) => void): void;
  terminate(): void;
}

export type JobResult<Job> = Job extends (...args: infer _Args) => infer Return
  ? Return extends Steps<infer Value>
    ? Value
    : Return extends AsyncSteps<infer Value>
      ? Value
      : Awaited<Return>
  : never;

export interface RunOptions {
  /** Buffers given away with the arguments; afterwards they read as empty here. */
  readonly transfer?: readonly ArrayBufferLike[];
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  /** Run on this worker and no other (kernels that keep state between calls). */
  readonly worker?: number;
}

export interface Pool {
  readonly size: number;
  run<Name extends keyof Jobs>(
    job: Name,
    args: Parameters<Jobs[Name]>,
    options?: RunOptions,
  ): Promise<JobResult<Jobs[Name]>>;
  /** Ends all workers; running jobs reject with 'cancelled'. */
  close(): void;
}

interface Call {
  readonly id: number;
  readonly job: string;
  readonly args: readonly unknown[];
  readonly options: RunOptions;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Slot {
  worker: WorkerHandle | null;
  call: Call | null;
  readonly queue: Call[];
}

/** A job that does not stop on its own within this time loses its worker, and a new one takes its place. */
const CANCEL_GRACE_MS = 80;

/** Queues jobs over `size` workers. Workers start on first use; one that dies is replaced and its job is reported. */
export function createPool(spawn: () => WorkerHandle, size: number): Pool {
  const slots: Slot[] = Array.from({ length: size }, () => ({ worker: null, call: null, queue: [] }));
  const waiting: Call[] = [];
  let nextId = 1;
  let closed = false;

  function start(slot: Slot): WorkerHandle {
    const worker = spawn();
    slot.worker = worker;
    worker.onMessage((message) => {
      const { call } = slot;
      if (slot.worker !== worker || !call || message.call !== call.id) return;
      if (message.kind === 'step') {
        if (!call.options.signal?.aborted) call.options.onStep?.(message.step);
        return;
      }
      slot.call = null;
      // Whatever became of a job that was cancelled meanwhile, it is that to its caller.
      if (message.kind === 'cancelled' || call.options.signal?.aborted) call.reject(cancelled(call.job));
      else if (message.kind === 'failed') call.reject(new VesaliusError(message.error));
      else call.resolve(message.result);
      pump(slot);
    });
    worker.onDeath((reason) => {
      if (slot.worker !== worker) return;
      slot.worker = null;
      // A browser's worker lives on after an error that nobody caught.
      worker.terminate();
      const { call } = slot;
      slot.call = null;
      call?.reject(
        new VesaliusError({ code: 'internal', what: call.job, where: 'worker', expected: 'an answer', got: reason }),
      );
      pump(slot);
    });
    return worker;
  }

  function pump(slot: Slot): void {
    if (slot.call || closed) return;
    const call = slot.queue.shift() ?? waiting.shift();
    if (!call) return;
    slot.call = call;
    try {
      const worker = slot.worker ?? start(slot);
      worker.post({ kind: 'run', call: call.id, job: call.job, args: call.args }, transferable(call.options.transfer));
    } catch (thrown) {
      slot.call = null;
      call.reject(thrown);
      pump(slot);
      return;
    }
    call.options.signal?.addEventListener('abort', () => stop(slot, call), { once: true });
  }

  function stop(slot: Slot, call: Call): void {
    if (slot.call !== call) return;
    slot.worker?.post({ kind: 'cancel', call: call.id }, []);
    setTimeout(() => {
      if (slot.call !== call) return;
      slot.worker?.terminate();
      slot.worker = null;
      slot.call = null;
      call.reject(cancelled(call.job));
      pump(slot);
    }, CANCEL_GRACE_MS);
  }

  return {
    size,
    run: (job, args, options = {}) =>
      new Promise((resolve, reject) => {
        const { signal } = options;
        if (closed || signal?.aborted) return reject(cancelled(job));
        const call: Call = { id: nextId++, job, args, options, resolve: resolve as (value: unknown) => void, reject };
        const own = options.worker === undefined ? undefined : slots[options.worker % size];
        const queue = own ? own.queue : waiting;
        queue.push(call);
        // What still waits is cancelled at once, however long the workers are busy.
        const leave = () => {
          const at = queue.indexOf(call);
          if (at < 0) return;
          queue.splice(at, 1);
          reject(cancelled(job));
        };
        signal?.addEventListener('abort', leave, { once: true });
        const idle = own ?? slots.find((slot) => slot.worker && !slot.call) ?? slots.find((slot) => !slot.call);
        if (idle) pump(idle);
      }),
    close() {
      closed = true;
      for (const slot of slots) {
        slot.worker?.terminate();
        slot.worker = null;
        for (const call of [slot.call, ...slot.queue.splice(0)]) call?.reject(cancelled(call.job));
        slot.call = null;
      }
      for (const call of waiting.splice(0)) call.reject(cancelled(call.job));
    },
  };
}

function cancelled(job: string): VesaliusError {
  return new VesaliusError({
    code: 'cancelled',
    what: job,
    where: 'job',
    expected: 'to run to its end',
    got: 'cancelled',
  });
}

function transferable(buffers: readonly ArrayBufferLike[] = []): ArrayBuffer[] {
  return buffers.filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}
