import { useStore } from 'zustand';
import { t } from '#i18n/t.ts';
import { useViewer } from '#scene/viewerContext.ts';
import { PlainDialog } from './PlainDialog.tsx';

/** Several scans in what was opened: which one? */
export function SeriesDialog() {
  const { actions } = useViewer();
  const { choices, choose } = useStore(actions.seriesQuestion);
  if (!choices) return null;
  return (
    <PlainDialog title={t('series.title', { count: choices.length })} onClose={() => choose(null)}>
      <p className="quiet">{t('series.choose')}</p>
      <ul className="series-list">
        {choices.map(({ uid, text, dims, error }) => (
          <li key={uid}>
            <button type="button" className="series" disabled={error !== null} onClick={() => choose(uid)}>
              <strong>{text}</strong>
              <span className="quiet">
                {error ? t('series.unreadable', { reason: `${error.where}: ${error.got}` }) : dims}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => choose(null)}>
          {t('series.none')}
        </button>
      </div>
    </PlainDialog>
  );
}
