import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { finishAsync } from '#core/steps.ts';
import { type ReadOptions, type ReadResult, readVolume } from '#io/readVolume.ts';
import { type ByteSource, openSource } from '#io/source.ts';

/** A dropped file, as the page hands it over: bytes in memory, streamed in pieces of `piece` bytes to move chunk borders about. */
export function memorySource(path: string, bytes: Uint8Array<ArrayBufferLike>, piece = 65536): ByteSource {
  return {
    ref: { kind: 'file', file: new File([new Uint8Array(bytes)], path), path },
    name: path.split('/').at(-1) ?? path,
    size: bytes.length,
    bytes: async (from, to) => new Uint8Array(bytes.subarray(from, to)),
    stream: async () => {
      let at = 0;
      return new ReadableStream({
        pull(controller) {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(new Uint8Array(bytes.subarray(at, at + piece)));
          at += piece;
        },
      });
    },
  };
}

export function diskSource(disk: string): ByteSource {
  return openSource({ kind: 'disk', disk, path: disk.split('/').at(-1) ?? disk });
}

export function read(sources: readonly ByteSource[], options: Partial<ReadOptions> = {}): Promise<ReadResult> {
  return finishAsync(readVolume(sources, { shared: true, ...options }));
}

export const gz = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(bytes));

export const bytesOf = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(path));
