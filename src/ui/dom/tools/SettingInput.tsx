import { t } from '#i18n/t.ts';
import type { SettingField } from '#ui/model/methodForm.ts';
import { CheckBox, NumberBox } from '../Controls.tsx';

/** One field for every kind of setting there is. */
export function SettingInput({
  field,
  onChange,
}: {
  readonly field: SettingField;
  readonly onChange: (value: number | boolean | null) => void;
}) {
  const { title, help, unit, type, value, min, max, step, range } = field;
  return (
    <div className="stack tight">
      {type === 'boolean' ? (
        <CheckBox label={title} selected={value === true} onChange={onChange} />
      ) : (
        <NumberBox
          label={title}
          value={typeof value === 'number' ? value : null}
          unit={unit}
          min={min}
          max={max}
          step={step}
          digits={step < 1 ? 2 : 1}
          placeholder={t('methods.found')}
          onChange={onChange}
        />
      )}
      <p className="setting-help">{[help, range && `${range}.`].filter(Boolean).join(' ')}</p>
    </div>
  );
}
