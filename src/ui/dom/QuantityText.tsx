import type { Quantity } from '#i18n/format.ts';

/** One left-to-right run in every language: the value strong, doubt and unit quiet. */
export function QuantityText({ quantity, doubt = true }: { readonly quantity: Quantity; readonly doubt?: boolean }) {
  const { limit, value, unit } = quantity;
  const told = doubt && quantity.doubt !== '';
  return (
    <bdi className="quantity" dir="ltr">
      {limit && <span className="limit">{limit}</span>}
      <span className="value">{value}</span>
      {told && <span className="quiet">{`\u202f±\u202f${quantity.doubt}`}</span>}
      {unit && <span className="unit quiet">{unit === '°' ? '°' : `\u202f${unit}`}</span>}
    </bdi>
  );
}
