// What Node and web workers share, and nothing more: io and compute see only this.
declare global {
  const performance: { now(): number; mark(name: string): unknown };
  function setTimeout(callback: () => void, ms?: number): unknown;
  function clearTimeout(timer: unknown): void;
  function structuredClone<T>(value: T): T;
  const crossOriginIsolated: boolean | undefined;
  const console: { warn(...words: unknown[]): void; error(...words: unknown[]): void };
  const navigator: { readonly hardwareConcurrency: number } | undefined;

  type Transferable = ArrayBuffer | MessagePort;
  interface MessagePort {
    postMessage(message: unknown, transfer?: readonly Transferable[]): void;
    onmessage: ((event: { data: unknown }) => void) | null;
    close(): void;
  }
  const MessageChannel: new () => { readonly port1: MessagePort; readonly port2: MessagePort };

  interface AbortSignal {
    readonly aborted: boolean;
    readonly reason: unknown;
    addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: 'abort', listener: () => void): void;
    throwIfAborted(): void;
  }
  interface AbortController {
    readonly signal: AbortSignal;
    abort(reason?: unknown): void;
  }
  const AbortController: new () => AbortController;

  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean });
    decode(bytes?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string;
  }
  class TextEncoder {
    encode(text: string): Uint8Array<ArrayBuffer>;
  }
  class URL {
    constructor(url: string | URL, base?: string | URL);
    readonly href: string;
    readonly origin: string;
    readonly protocol: string;
    readonly host: string;
    readonly pathname: string;
    readonly search: string;
    readonly searchParams: { get(name: string): string | null };
  }

  interface ReadableStreamDefaultReader<Chunk> {
    read(): Promise<{ done: false; value: Chunk } | { done: true; value: undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  }
  interface ReadableStreamBYOBReader {
    /** Takes the view's buffer; the memory comes back in `value`, empty at the end. */
    read(
      view: Uint8Array<ArrayBuffer>,
    ): Promise<
      { done: false; value: Uint8Array<ArrayBuffer> } | { done: true; value: Uint8Array<ArrayBuffer> | undefined }
    >;
    cancel(reason?: unknown): Promise<void>;
  }
  interface ReadableStream<Chunk = unknown> {
    getReader(): ReadableStreamDefaultReader<Chunk>;
    /** @throws TypeError where it is no byte stream */
    getReader(options: { readonly mode: 'byob' }): ReadableStreamBYOBReader;
    pipeThrough<Out>(pair: { readonly readable: ReadableStream<Out>; readonly writable: unknown }): ReadableStream<Out>;
    cancel(reason?: unknown): Promise<void>;
  }
  interface UnderlyingSource<Chunk> {
    start?(controller: StreamController<Chunk>): void | Promise<void>;
    pull?(controller: StreamController<Chunk>): void | Promise<void>;
    cancel?(reason?: unknown): void | Promise<void>;
  }
  interface StreamController<Chunk> {
    enqueue(chunk: Chunk): void;
    close(): void;
    error(reason: unknown): void;
  }
  const ReadableStream: new <Chunk>(
    source: UnderlyingSource<Chunk>,
    strategy?: { readonly highWaterMark: number },
  ) => ReadableStream<Chunk>;
  interface WritableWriter {
    write(chunk: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
  }
  const DecompressionStream: new (
    format: 'gzip' | 'deflate' | 'deflate-raw',
  ) => {
    readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
    readonly writable: { getWriter(): WritableWriter };
  };
  const CompressionStream: typeof DecompressionStream;

  interface Blob {
    readonly size: number;
    readonly type: string;
    slice(start?: number, end?: number): Blob;
    arrayBuffer(): Promise<ArrayBuffer>;
    text(): Promise<string>;
    stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  }
  interface File extends Blob {
    readonly name: string;
    readonly webkitRelativePath?: string;
  }
  const File: new (parts: readonly (ArrayBuffer | ArrayBufferView | string | Blob)[], name: string) => File;
  const Blob: new (parts: readonly (ArrayBuffer | ArrayBufferView | string)[], options?: { type?: string }) => Blob;

  interface Response {
    readonly ok: boolean;
    readonly status: number;
    readonly headers: { get(name: string): string | null };
    readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
    arrayBuffer(): Promise<ArrayBuffer>;
    json(): Promise<unknown>;
  }
  function fetch(
    url: string | URL,
    init?: { signal?: AbortSignal; headers?: Record<string, string> },
  ): Promise<Response>;
  const crypto: {
    readonly subtle: { digest(algorithm: string, data: ArrayBufferView | ArrayBuffer): Promise<ArrayBuffer> };
  };

  namespace WebAssembly {
    interface Module {
      readonly _module?: never;
    }
    interface Instance {
      readonly exports: Record<string, unknown>;
    }
    interface Memory {
      readonly buffer: ArrayBuffer;
      grow(pages: number): number;
    }
    const Module: new (bytes: ArrayBuffer | Uint8Array<ArrayBuffer>) => Module;
    const Instance: new (module: Module, imports?: Record<string, Record<string, unknown>>) => Instance;
    const Memory: new (descriptor: { initial: number; maximum?: number; shared?: boolean }) => Memory;
    function compile(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<Module>;
    function instantiate(module: Module, imports?: Record<string, Record<string, unknown>>): Promise<Instance>;
    function validate(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): boolean;
  }

  /** A browser's worker; spawnBrowser.ts alone makes one. */
  class Worker {
    constructor(url: URL, options?: { type?: 'module'; name?: string });
    postMessage(message: unknown, transfer?: readonly Transferable[]): void;
    addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
    addEventListener(type: 'error', listener: (event: { message: string }) => void): void;
    addEventListener(type: 'messageerror', listener: () => void): void;
    terminate(): void;
  }

  interface ImportMeta {
    readonly url: string;
  }
}

export {};
