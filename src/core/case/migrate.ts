// A stored case, of any version that was ever written, as the case document of today.
import { VesaliusError } from '#core/errors.ts';
import { readWith } from './readRecord.ts';
import { CASE_VERSION, CaseDocument } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;
const records = (list: unknown): readonly Json[] =>
  Array.isArray(list) ? list.filter((each) => typeof each === 'object' && each !== null) : [];

/** One step for each version that is no longer written: from it to the next. What the step makes is checked by the schema after. */
const steps: Readonly<Record<number, (older: Json) => Json>> = {
  /** Version 1 had one volume, and segments on its grid without codes. */
  1: (older) => {
    const volumes = records(older.volumes);
    return {
      ...older,
      version: 2,
      ...(Array.isArray(older.volumes) && {
        volumes: volumes.map((each) => ({ ...each, suvFactor: null, timesMs: null, overlay: null, placed: null })),
      }),
      ...(Array.isArray(older.segments) && {
        segments: older.segments.map((each) => ({ ...each, volume: volumes[0]?.id, code: null })),
      }),
    };
  },
};

/**
 * @throws VesaliusError 'version' for a case of a newer program, 'format' for what no version wrote
 */
export function readCase(stored: unknown): CaseDocument {
  const read = readWith(CaseDocument, migrateCase(stored));
  if (!read.ok) return refuse('case', 'a case document', read.reason);
  return read.value;
}

/**
 * The same before it is parsed, for whoever keeps the records that do not parse.
 * @throws VesaliusError as `readCase`
 */
export function migrateCase(stored: unknown): Json {
  const found = typeof stored === 'object' && stored !== null && 'version' in stored ? stored.version : undefined;
  let version = checkCaseVersion(found);
  // A version was found: it is an object.
  let document = stored as Json;
  for (; version < CASE_VERSION; version++) {
    const step = steps[version];
    if (step === undefined) return refuse('version', 'a version that was written once', version);
    document = step(document);
  }
  return document;
}

/** @throws VesaliusError 'version' where it is newer than this program's, 'format' where it is no version at all */
export function checkCaseVersion(found: unknown): number {
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1)
    return refuse(
      'version',
      'a whole number from 1',
      found === undefined ? 'none' : (JSON.stringify(found) ?? typeof found),
    );
  if (found > CASE_VERSION) {
    throw new VesaliusError({
      code: 'version',
      what: 'case',
      where: 'version',
      expected: `at most ${CASE_VERSION}`,
      got: found,
    });
  }
  return found;
}

function refuse(where: string, expected: string, got: string | number): never {
  throw new VesaliusError({ code: 'format', what: 'case', where, expected, got });
}
