import { transferring } from '#compute/protocol.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { readBundle as readFrom } from '#io/bundle/read.ts';
import { type BundleContent, writeBundle as writeTo } from '#io/bundle/write.ts';
import { openSource, type SourceRef } from '#io/source.ts';
import { buffersOf, sharedBricks } from './sharedBricks.ts';

/** Reads a case bundle whole; voxels and labels are transferred where they are not shared. */
export async function* readBundle(ref: SourceRef, shared: boolean): AsyncSteps<BundleContent> {
  const content = yield* readFrom(openSource(ref), shared);
  const layers = content.layers.map(({ id, labels }) => ({ id, labels: sharedBricks(labels) }));
  return transferring({ ...content, layers }, [
    ...content.volumes.flatMap(({ volume: { scalars, rgb } }) => [scalars.buffer, ...(rgb ? [rgb.buffer] : [])]),
    ...layers.flatMap(({ labels }) => buffersOf(labels)),
    ...content.fields.map(({ field }) => field.mm.buffer),
  ]);
}

/** The bundle's bytes in runs, in order. */
export async function* writeBundle(
  content: BundleContent,
  made: string,
  surfaces: readonly Uint8Array<ArrayBufferLike>[],
): AsyncSteps<{ readonly parts: readonly Uint8Array<ArrayBuffer>[] }> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const run of writeTo(content, made, surfaces)) {
    parts.push(new Uint8Array(run));
    bytes += run.length;
    yield { stage: 'write', done: bytes, of: 0 };
  }
  return transferring(
    { parts },
    parts.map(({ buffer }) => buffer),
  );
}
