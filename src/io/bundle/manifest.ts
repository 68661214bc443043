import * as z from 'zod/mini';
import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';

/** Raised when what the archive holds changes; the case document inside has a version of its own. */
export const BUNDLE_VERSION = 1;

const ROLES = ['document', 'header', 'voxels', 'colour', 'labels', 'field', 'surfaces'] as const;
const Part = z.strictObject({
  path: z.string().check(z.minLength(1), z.maxLength(200)),
  role: z.enum(ROLES),
  /** Of the volume, layer or field in the document; '' for what there is one of. */
  id: z.string().check(z.maxLength(64)),
});
export type Part = z.infer<typeof Part>;

/** Loose: what a later program of this version adds is passed over. */
const Manifest = z.looseObject({
  vesalius: z.literal('case'),
  version: z.int().check(z.positive()),
  title: z.string().check(z.maxLength(400)),
  /** ISO 8601. */
  made: z.string().check(z.maxLength(40)),
  parts: z.array(Part).check(z.maxLength(20_000)),
});
export type Manifest = z.infer<typeof Manifest>;

/** @throws VesaliusError 'format', or 'version' where a newer program made it */
export function readManifest(given: unknown): Manifest {
  const version = typeof given === 'object' && given !== null && 'version' in given ? given.version : undefined;
  if (typeof version === 'number' && version > BUNDLE_VERSION)
    throw bundleError('version', 'manifest.json, version', `at most ${BUNDLE_VERSION}`, version);
  const read = Manifest.safeParse(given);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw bundleError(
    'format',
    `manifest.json, ${issue?.path.join('.') || 'all'}`,
    'a manifest',
    issue?.message ?? 'another',
  );
}

export function bundleError(
  code: VesaliusErrorCode,
  where: string,
  expected: string,
  got: string | number,
): VesaliusError {
  return new VesaliusError({ code, what: 'case bundle', where, expected, got });
}
