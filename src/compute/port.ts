import { nodeBuiltin } from '#io/nodeBuiltin.ts';

/** The two ends of a worker's channel, the same in a browser (`self`) and in Node (`parentPort`). */
export interface Port {
  post(message: unknown, transfer?: readonly Transferable[]): void;
  listen(listener: (message: unknown) => void): void;
}

interface WorkerGlobal {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}
interface NodePort {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  on(type: 'message', listener: (message: unknown) => void): void;
}

/** The port of the worker that runs this module. */
export function workerPort(): Port {
  const nodePort = nodeBuiltin<{ parentPort: NodePort | null }>('node:worker_threads')?.parentPort;
  if (nodePort) {
    return {
      post: (message, transfer = []) => nodePort.postMessage(message, transfer),
      listen: (listener) => nodePort.on('message', listener),
    };
  }
  const scope = globalThis as unknown as WorkerGlobal;
  return {
    post: (message, transfer = []) => scope.postMessage(message, transfer),
    listen: (listener) => scope.addEventListener('message', (event) => listener(event.data)),
  };
}

export { nodeBuiltin };
