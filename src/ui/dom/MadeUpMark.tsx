import { t } from '#i18n/t.ts';
import './madeUp.css';

interface Marked {
  /** More than what the mark itself says. */
  readonly why?: string;
  /** Where there is no place for the word: the pattern alone, named. */
  readonly short?: boolean;
}

/** Says of what it stands beside that it was read in planes that were made up between measured ones. */
export function MadeUpMark({ why = t('slice.interpolatedWhy'), short = false }: Marked) {
  if (short) return <span className="made-up made-up-swatch" role="img" aria-label={why} title={why} />;
  return (
    <span className="made-up" title={why}>
      <span className="made-up-swatch" />
      {t('slice.interpolated')}
    </span>
  );
}
