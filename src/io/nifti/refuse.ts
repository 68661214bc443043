import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';

/** An error about a header field, under the standard's own name of it. */
export function refuse(code: VesaliusErrorCode, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'NIfTI header', where, expected, got });
}
