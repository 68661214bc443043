declare global {
  interface Window {
    /** What each step of the contract said; '' where it held. */
    runContract: () => Promise<[name: string, failure: string][]>;
  }
}

window.runContract = () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./contract.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }) => resolve(data as [string, string][]));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
  });

export {};
