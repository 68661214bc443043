// A method's settings as fields: made from the registry, so that page and room never differ from the command line.
import type { Method, Setting } from '#compute/methods/method.ts';
import { formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';

export interface SettingField {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** As it is shown: the scan's own unit where the setting has the scan's values. */
  readonly unit: string;
  readonly type: Setting['type'];
  /** null: found from the scan unless given. */
  readonly value: number | boolean | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly step: number;
  /** '' where any number will do. */
  readonly range: string;
}

/** Bounds as wide as float32 say nothing. */
const NO_BOUND = 1e30;

export function settingFields(
  { settings }: Method,
  given: Readonly<Record<string, number | boolean | null>>,
  valueUnit: string,
): SettingField[] {
  return settings.map((setting) => {
    const common = {
      name: setting.name,
      title: setting.title,
      help: setting.help,
      unit: setting.unit === 'value' ? valueUnit : setting.unit,
      type: setting.type,
      value: given[setting.name] === undefined ? setting.default : (given[setting.name] as number | boolean | null),
    };
    if (setting.type === 'boolean') return { ...common, min: null, max: null, step: 1, range: '' };
    const min = setting.min > -NO_BOUND ? setting.min : null;
    const max = setting.max < NO_BOUND ? setting.max : null;
    const range =
      min !== null && max !== null
        ? t('methods.range', { min: formatNumber(min, digitsOf(min)), max: formatNumber(max, digitsOf(max)) })
        : '';
    return { ...common, min, max, step: stepOf(setting.type, min, max), range };
  });
}

const digitsOf = (value: number): number => (Number.isInteger(value) ? 0 : 1);

function stepOf(type: 'number' | 'integer', min: number | null, max: number | null): number {
  if (type === 'integer' || min === null || max === null) return 1;
  return max - min <= 30 ? 0.1 : 1;
}

/** What is sent: only what the user gave. */
export function givenSettings(
  given: Readonly<Record<string, number | boolean | null>>,
): Record<string, number | boolean> {
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, number | boolean] => entry[1] !== null),
  );
}
