// The few parts that every panel is made of, over React Aria.
import { Check, Search, X } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button,
  Checkbox,
  FieldError,
  Group,
  Input,
  Label,
  Menu,
  MenuItem,
  NumberField,
  Popover,
  type PopoverProps,
  Radio,
  RadioGroup,
  SearchField,
  Slider,
  SliderThumb,
  SliderTrack,
  ToggleButton,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { Keys } from './Rich.tsx';

/** An icon without a word: its name and key are in a tooltip. */
export function IconButton({
  label,
  keys,
  small,
  disabled,
  reason,
  selected,
  onPress,
  slot,
  children,
}: {
  readonly label: string;
  readonly keys?: string | undefined;
  readonly small?: boolean;
  readonly disabled?: boolean;
  /** Why it cannot be pressed. */
  readonly reason?: string;
  /** Makes it a toggle. */
  readonly selected?: boolean | undefined;
  readonly onPress: () => void;
  readonly slot?: string | null;
  readonly children: ReactNode;
}) {
  const className = `icon-button${small ? ' small' : ''}`;
  const common = {
    className,
    'aria-label': label,
    isDisabled: disabled ?? false,
    ...(slot === undefined ? {} : { slot }),
  };
  return (
    <TooltipTrigger delay={500} closeDelay={100}>
      {selected === undefined ? (
        <Button {...common} onPress={onPress}>
          {children}
        </Button>
      ) : (
        <ToggleButton {...common} isSelected={selected} onChange={onPress}>
          {children}
        </ToggleButton>
      )}
      <Tip label={disabled && reason ? reason : label} keys={keys} />
    </TooltipTrigger>
  );
}

export function Tip({ label, keys }: { readonly label: string; readonly keys?: string | undefined }) {
  return (
    <Tooltip className="tooltip" offset={6}>
      {label}
      {keys && <Keys keys={keys} />}
    </Tooltip>
  );
}

export function Floating({ children, ...props }: Omit<PopoverProps, 'children'> & { readonly children: ReactNode }) {
  return (
    <Popover className="popover" offset={6} containerPadding={8} {...props}>
      {children}
    </Popover>
  );
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly keys?: string | undefined;
  readonly disabled?: boolean;
  readonly onAction: () => void;
}

/** A menu of acts. */
export function ActMenu({ label, choices }: { readonly label: string; readonly choices: readonly Choice[] }) {
  return (
    <Menu className="menu" aria-label={label}>
      {choices.map(({ id, label: text, icon, keys, disabled, onAction }) => (
        <MenuItem
          key={id}
          id={id}
          className="menu-item"
          textValue={text}
          isDisabled={disabled ?? false}
          onAction={onAction}
        >
          {icon}
          <span className="label">{text}</span>
          {keys && <Keys keys={keys} />}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** One of several, ticked. */
export function ChoiceItem({ id, label }: { readonly id: string; readonly label: string }) {
  return (
    <MenuItem id={id} className="menu-item" textValue={label}>
      <Check className="tick" aria-hidden />
      <span className="label">{label}</span>
    </MenuItem>
  );
}

export function NumberBox({
  label,
  hideLabel,
  value,
  onChange,
  unit,
  min,
  max,
  step,
  placeholder,
  digits,
}: {
  readonly label: string;
  readonly hideLabel?: boolean;
  /** null: nothing typed. */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly unit?: string;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly step?: number;
  readonly placeholder?: string;
  readonly digits?: number;
}) {
  return (
    <NumberField
      className="number"
      value={value ?? Number.NaN}
      onChange={(next) => onChange(Number.isNaN(next) ? null : next)}
      {...(min === null || min === undefined ? {} : { minValue: min })}
      {...(max === null || max === undefined ? {} : { maxValue: max })}
      {...(step === undefined ? {} : { step })}
      formatOptions={{ maximumFractionDigits: digits ?? 1 }}
      {...(hideLabel ? { 'aria-label': label } : {})}
    >
      {!hideLabel && <Label>{label}</Label>}
      <Group className="number-box">
        <Input placeholder={placeholder ?? ''} />
        {unit && <span className="unit">{unit}</span>}
      </Group>
      <FieldError className="field-error" />
    </NumberField>
  );
}

export function Chips<Id extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: Id | null;
  readonly options: readonly { readonly id: Id; readonly label: string }[];
  readonly onChange: (id: Id) => void;
}) {
  return (
    <RadioGroup
      aria-label={label}
      className="chips"
      value={value}
      onChange={(id) => onChange(id as Id)}
      orientation="horizontal"
    >
      {options.map(({ id, label: text }) => (
        <Radio key={id} value={id} className="chip">
          {text}
        </Radio>
      ))}
    </RadioGroup>
  );
}

export function CheckBox({
  label,
  selected,
  onChange,
}: {
  readonly label: string;
  readonly selected: boolean;
  readonly onChange: (selected: boolean) => void;
}) {
  return (
    <Checkbox className="check" isSelected={selected} onChange={onChange}>
      <span className="box">
        <Check aria-hidden />
      </span>
      {label}
    </Checkbox>
  );
}

/** Percent in steps of 5. */
export function PercentSlider({
  label,
  value,
  onChange,
  onEnd,
}: {
  readonly label: string;
  /** 0 to 1. */
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly onEnd: () => void;
}) {
  return (
    <Slider
      className="slider"
      aria-label={label}
      minValue={0}
      maxValue={100}
      step={5}
      value={Math.round(value * 100)}
      onChange={(percent) => onChange((percent as number) / 100)}
      onChangeEnd={onEnd}
    >
      <SliderTrack className="slider-track">
        {({ state }) => (
          <>
            <div className="slider-fill" style={{ inlineSize: `${state.getThumbPercent(0) * 100}%` }} />
            <SliderThumb className="slider-thumb" />
          </>
        )}
      </SliderTrack>
    </Slider>
  );
}

export function SearchBox({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  return (
    <SearchField aria-label={label} value={value} onChange={onChange}>
      <div className="search-box">
        <Search aria-hidden />
        <Input placeholder={label} />
        <Button className="icon-button small" aria-label={t('structures.searchClear')}>
          <X aria-hidden />
        </Button>
      </div>
    </SearchField>
  );
}
