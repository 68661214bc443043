import * as z from 'zod/mini';
import { VesaliusError } from '#core/errors.ts';
import type { MethodRequest, RasPoint } from '#state/viewer.ts';

/** What comes from a script or another window is parsed here, once. */
export function refuse(what: string, where: string, expected: string, got: string): VesaliusError {
  return new VesaliusError({ code: 'usage', what, where, expected, got });
}

export function oneOf<Value extends string>(where: string, value: unknown, allowed: readonly Value[]): Value {
  if (allowed.includes(value as Value)) return value as Value;
  throw refuse('call', where, `one of ${allowed.join(' ')}`, String(value));
}

export function pointOf(where: string, value: unknown): RasPoint {
  if (Array.isArray(value) && value.length === 3 && value.every(Number.isFinite)) return [value[0], value[1], value[2]];
  throw refuse('call', where, 'three finite numbers', JSON.stringify(value) ?? 'nothing');
}

export function wholeOf(where: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw refuse('call', where, `a whole number from 0 to ${most}`, String(value));
}

const words = (most: number, least = 0) => z.string().check(z.minLength(least), z.maxLength(most));
const Request = z.strictObject({
  method: words(80),
  settings: z.optional(z.record(z.string(), z.union([z.number(), words(200), z.boolean()]))),
  seeds: z.optional(z.array(z.tuple([z.number(), z.number(), z.number()])).check(z.maxLength(1000))),
  name: z.optional(words(200, 1)),
  target: z.optional(words(200, 1)),
});

/** `target` is the new segment's name, as in the public contract. */
export function checkedRequest(request: unknown): MethodRequest {
  const parsed = Request.safeParse(request);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(
      'segment',
      issue?.path.join('.') || 'request',
      issue?.message ?? 'a method request',
      JSON.stringify(request) ?? 'nothing',
    );
  }
  const { method, settings, seeds, name = parsed.data.target } = parsed.data;
  return { method, ...(settings ? { settings } : {}), ...(seeds ? { seeds } : {}), ...(name ? { name } : {}) };
}
