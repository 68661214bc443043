import { VesaliusError } from '#core/errors.ts';
import type { Method, ResolvedSettings, Setting } from './method.ts';

/**
 * Checks settings that a user gave (words from a command line count as numbers) and fills in the defaults.
 * @throws VesaliusError 'usage': a name that the method does not have, a value that is not of its kind, one out of range
 */
export function parseSettings(method: Method, raw: Readonly<Record<string, unknown>>): ResolvedSettings {
  const settings: Record<string, number | boolean | null> = {};
  for (const setting of method.settings) settings[setting.name] = setting.default;
  for (const [name, value] of Object.entries(raw)) {
    const setting = method.settings.find((one) => one.name === name);
    if (!setting)
      throw refuse(method, 'setting', method.settings.map((one) => one.name).join(', ') || 'no setting', name);
    if (value === undefined || value === null) continue;
    settings[name] =
      setting.type === 'boolean' ? parseBoolean(method, setting, value) : parseNumber(method, setting, value);
  }
  const { lower, upper } = settings;
  if (typeof lower === 'number' && typeof upper === 'number' && lower > upper)
    throw refuse(method, 'upper', `at least lower (${lower})`, upper);
  return settings;
}

function parseNumber(method: Method, setting: Exclude<Setting, { type: 'boolean' }>, value: unknown): number {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw refuse(method, setting.name, 'a number', String(value));
  if (setting.type === 'integer' && !Number.isInteger(number))
    throw refuse(method, setting.name, 'a whole number', number);
  if (number < setting.min || number > setting.max)
    throw refuse(method, setting.name, `${setting.min} to ${setting.max}${setting.unit && ` ${setting.unit}`}`, number);
  return number;
}

function parseBoolean(method: Method, setting: Setting, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'yes' || value === '1') return true;
  if (value === 'false' || value === 'no' || value === '0') return false;
  throw refuse(method, setting.name, 'true or false', String(value));
}

function refuse(method: Method, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({
    code: 'usage',
    what: `settings of ${method.id}`,
    where: `${method.id}: ${where}`,
    expected,
    got,
  });
}
