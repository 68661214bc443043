import { VesaliusError } from '#core/errors.ts';

/** What a run of chunks ends with: a gzip stream tells how it ended, a plain one nothing. */
export type Chunks<End> = AsyncGenerator<Uint8Array<ArrayBufferLike>, End, void>;

/** @throws VesaliusError 'io' where the stream breaks: a lost connection, a file that changed meanwhile */
export async function* chunksOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Chunks<undefined> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const next = await reader.read().catch((thrown: unknown) => {
        ended = true;
        throw brokenStream(thrown);
      });
      if (next.done) {
        ended = true;
        return undefined;
      }
      if (next.value.length > 0) yield next.value;
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}

export function brokenStream(thrown: unknown): VesaliusError {
  if (thrown instanceof VesaliusError) return thrown;
  const got = thrown instanceof Error ? thrown.message : String(thrown);
  return new VesaliusError({ code: 'io', what: 'reading', where: 'file', expected: 'a file that can be read', got });
}

/** Takes runs of a wanted length from chunks of any length. Pulls only what is asked for. */
export class ByteReader<End> {
  /** Bytes taken or skipped so far. */
  position = 0;
  /** Set once the chunks have ended. */
  end: { readonly value: End } | null = null;
  readonly #chunks: Chunks<End>;
  #chunk: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
  #at = 0;

  constructor(chunks: Chunks<End>) {
    this.#chunks = chunks;
  }

  /** The next bytes, at most `limit` and at least one; null at the end. A view, valid until the next call. */
  async some(limit: number): Promise<Uint8Array<ArrayBufferLike> | null> {
    while (this.#at === this.#chunk.length) {
      if (this.end) return null;
      const next = await this.#chunks.next();
      if (next.done) {
        this.end = { value: next.value };
        return null;
      }
      this.#chunk = next.value;
      this.#at = 0;
    }
    const run = this.#chunk.subarray(this.#at, Math.min(this.#chunk.length, this.#at + limit));
    this.#at += run.length;
    this.position += run.length;
    return run;
  }

  /** `count` bytes in a new array, fewer where the data end. */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const run = await this.some(count - at);
      if (!run) return bytes.slice(0, at);
      bytes.set(run, at);
      at += run.length;
    }
    return bytes;
  }

  /** Passes over `count` bytes; gives how many there were. */
  async skip(count: number): Promise<number> {
    let at = 0;
    while (at < count) {
      const run = await this.some(count - at);
      if (!run) break;
      at += run.length;
    }
    return at;
  }

  /** Gives the last `count` bytes of the current run back; only right after `some`. */
  unread(count: number): void {
    this.#at -= count;
    this.position -= count;
  }

  /** Frees what lies behind; safe to call twice. */
  async close(): Promise<void> {
    await this.#chunks.return(undefined as End);
  }
}
