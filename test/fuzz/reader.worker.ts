// Reads one file after the other; a hang or a trap ends this thread alone.
import { parentPort } from 'node:worker_threads';
import { asVesaliusError } from '#core/errors.ts';
import { type ReaderId, readers } from './readers.ts';

parentPort?.on('message', async ({ reader, name, bytes }: { reader: ReaderId; name: string; bytes: Uint8Array }) => {
  let fault: string | null = null;
  let refused = false;
  try {
    await readers[reader](bytes, name);
  } catch (thrown) {
    refused = true;
    const error = asVesaliusError(thrown);
    if (error.code === 'internal') fault = `uncaught: ${error.message}\n${thrown instanceof Error ? thrown.stack : ''}`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them
    else if (/\[object|[\u0000-\u001f]/.test(error.message)) fault = `words: ${error.message}`;
  }
  parentPort?.postMessage({ fault, refused });
});
