/** Where bytes come from, as plain data that crosses a worker's border. */
export type SourceRef =
  | {
      readonly kind: 'file';
      readonly file: File /** Relative path inside the dropped folder, else the file's name. */;
      readonly path: string;
    }
  | { readonly kind: 'url'; readonly url: string; readonly path: string }
  | { readonly kind: 'disk'; readonly disk: string; readonly path: string };

/** A readable run of bytes. `name` is the base name as the user gave it: it goes into errors. */
export interface ByteSource {
  readonly ref: SourceRef;
  readonly name: string;
  /** null where a server does not say. */
  readonly size: number | null;
  /** Bytes [from, to), fewer at the end; the caller's own copy. */
  bytes(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  stream(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}
