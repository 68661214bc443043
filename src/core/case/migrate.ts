// A stored case, of any version that was ever written, as the case document of today.
import { VesaliusError } from '#core/errors.ts';
import { readWith } from './readRecord.ts';
import { CASE_VERSION, CaseDocument } from './schema.ts';

/** One typed step for each version that is no longer written: from it to the next. */
const steps: Readonly<Record<number, (older: unknown) => unknown>> = {};

/**
 * @throws VesaliusError 'version' for a case of a newer program, 'format' for what no version wrote
 */
export function readCase(stored: unknown): CaseDocument {
  const found = typeof stored === 'object' && stored !== null && 'version' in stored ? stored.version : undefined;
  let version = checkCaseVersion(found);
  let document = stored;
  for (; version < CASE_VERSION; version++) {
    const step = steps[version];
    if (step === undefined) return refuse('version', 'a version that was written once', version);
    document = step(document);
  }
  const read = readWith(CaseDocument, document);
  if (!read.ok) return refuse('case', 'a case document', read.reason);
  return read.value;
}

/** @throws VesaliusError 'version' where it is newer than this program's, 'format' where it is no version at all */
export function checkCaseVersion(found: unknown): number {
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 1)
    return refuse('version', 'a whole number from 1', String(found));
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
