import type { WorkerHandle } from '#compute/pool.ts';
import type { FromWorker } from '#compute/protocol.ts';

/** A module worker of our own origin. */
export function spawnBrowser(): WorkerHandle {
  const worker = new Worker(new URL('../../workers/compute.worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data as FromWorker)),
    onDeath: (listener) => {
      worker.addEventListener('error', (event) => listener(event.message || 'the worker stopped'));
      worker.addEventListener('messageerror', () => listener('a message that cannot be read'));
    },
    terminate: () => worker.terminate(),
  };
}
