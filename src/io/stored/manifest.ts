// Which log of a stored case is the valid one. Two manifests take turns: one that was cut off while it was written leaves the
// other, and the log that it names, as they were.
import * as z from 'zod/mini';
import { VesaliusError } from '#core/errors.ts';
import { crc32 } from './crc32.ts';

/** Of the files of a stored case; the case document has a version of its own (core/case/schema.ts). */
export const STORED_VERSION = 1;
export const MANIFESTS = ['manifest.0', 'manifest.1'] as const;

const Manifest = z.object({
  stored: z.literal(STORED_VERSION),
  /** Rises with each manifest; the higher one that is whole is the valid one. */
  counter: z.int().check(z.positive()),
  /** Name of the log, in the same folder. */
  log: z.string().check(z.minLength(1), z.maxLength(40)),
  title: z.string().check(z.maxLength(400)),
  /** When this was written, ms since 1970. */
  savedAt: z.number(),
  /** Damaged files of this folder that are kept for whoever may mend them. */
  aside: z.array(z.string()).check(z.maxLength(200)),
});
export type Manifest = z.infer<typeof Manifest>;

/** One line of JSON, then its CRC-32 in hex. */
export function manifestBytes(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const line = JSON.stringify(manifest);
  const encoder = new TextEncoder();
  return encoder.encode(`${line}\n${crc32(encoder.encode(line)).toString(16).padStart(8, '0')}\n`);
}

export type ReadManifest =
  | { readonly kind: 'whole'; readonly manifest: Manifest }
  | { readonly kind: 'damaged'; readonly reason: string }
  /** Written by a newer program: nothing of its case may be touched. */
  | { readonly kind: 'newer'; readonly version: number; readonly title: string; readonly counter: number };

export function readManifest(bytes: Uint8Array): ReadManifest {
  const text = new TextDecoder().decode(bytes);
  const [line = '', sum = ''] = text.split('\n');
  if (!/^[0-9a-f]{8}$/.test(sum) || crc32(new TextEncoder().encode(line)) !== Number.parseInt(sum, 16))
    return { kind: 'damaged', reason: 'its check sum does not fit' };
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    return { kind: 'damaged', reason: 'no JSON' };
  }
  const head = z.object({ stored: z.number(), counter: z.number() }).safeParse(given);
  if (head.success && head.data.stored > STORED_VERSION) {
    const { title } = given as { title?: unknown };
    const { stored: version, counter } = head.data;
    return { kind: 'newer', version, counter, title: typeof title === 'string' ? title.slice(0, 400) : '' };
  }
  const read = Manifest.safeParse(given);
  if (read.success) return { kind: 'whole', manifest: read.data };
  const issue = read.error.issues[0];
  return { kind: 'damaged', reason: `${issue?.path.join('.')}: ${issue?.message}` };
}

/** @throws VesaliusError 'version' where a newer program wrote the case */
export function refuseNewer(read: ReadManifest): void {
  if (read.kind !== 'newer') return;
  throw new VesaliusError({
    code: 'version',
    what: 'stored case',
    where: 'manifest',
    expected: `at most ${STORED_VERSION}`,
    got: read.version,
  });
}
