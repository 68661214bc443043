import type { WorkerHandle } from '#compute/pool.ts';
import { nodeBuiltin } from '#compute/port.ts';
import type { FromWorker } from '#compute/protocol.ts';

interface NodeWorker {
  postMessage(message: unknown, transfer: readonly Transferable[]): void;
  on(event: 'message', listener: (message: unknown) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'exit', listener: (code: number) => void): void;
  terminate(): void;
  unref(): void;
  ref(): void;
}

/** A worker thread. Run from source it is the TypeScript file (Node 24 strips the types), bundled it lies beside this module. */
export function spawnNode(): WorkerHandle {
  const threads = nodeBuiltin<{ Worker: new (url: URL, options: object) => NodeWorker }>('node:worker_threads');
  if (!threads) throw new Error('worker threads are Node’s');
  const fromSource = import.meta.url.endsWith('.ts');
  const url = new URL(fromSource ? '../../workers/compute.worker.ts' : './compute.worker.js', import.meta.url);
  const worker = new threads.Worker(url, { stderr: false });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on('message', (message) => listener(message as FromWorker)),
    onDeath: (listener) => {
      worker.on('error', (error) => listener(error.message));
      worker.on('exit', (code) => listener(`exit ${code}`));
    },
    terminate: () => worker.terminate(),
  };
}
