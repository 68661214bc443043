import type { Warning } from '#core/warnings.ts';

const millimetres: Readonly<Record<string, number>> = {
  mm: 1,
  millimeter: 1,
  cm: 10,
  m: 1000,
  um: 0.001,
  µm: 0.001,
};

/**
 * What lengths are multiplied by to be millimetres. No unit, or one that says so ('?'), is none; any other but millimetres is told, once
 * for each field and unit.
 */
export function lengthScale(unit: string | undefined, where: string, warnings: Warning[]): number {
  if (!unit || /^\?+$/.test(unit)) return 1;
  const scale = millimetres[unit.toLowerCase()];
  if (scale === 1) return 1;
  const kept = scale === undefined ? 'mm' : `${unit} × ${scale}`;
  const known = warnings.some((told) => told.code === 'units-not-mm' && told.where === where && told.kept === kept);
  if (!known)
    warnings.push({
      code: 'units-not-mm',
      where,
      kept,
      text:
        scale === undefined
          ? `The unit of space ${unit} is not known; millimetres were taken.`
          : `Lengths are in ${unit}; such were multiplied by ${scale} to be millimetres.`,
    });
  return scale ?? 1;
}
