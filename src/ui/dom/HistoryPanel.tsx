import { History, X } from 'lucide-react';
import { useMemo } from 'react';
import { Button } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase, useViewer } from '#scene/viewerContext.ts';
import { historyRows } from '#ui/model/historyRows.ts';
import { IconButton } from './Controls.tsx';
import { useDeskParts } from './deskContext.ts';

/** Every act, newest on top; a press goes there. */
export function HistoryPanel() {
  const { case: store } = useViewer();
  const { desk } = useDeskParts();
  const history = useCase((state) => state.history);
  const rows = useMemo(() => historyRows(history), [history]);
  return (
    <section className="section" aria-labelledby="history-title">
      <div className="section-title">
        <History aria-hidden />
        <h2 id="history-title">{t('history.title')}</h2>
        <span className="fill" />
        <IconButton small label={t('common.close')} keys="Esc" onPress={() => desk.set({ docked: 'tool' })}>
          <X aria-hidden />
        </IconButton>
      </div>
      {rows.length === 0 && <p className="hint">{t('history.empty')}</p>}
      <ol data-list="history">
        {rows.map(({ id, text, undone, present }) => (
          <li key={id}>
            <Button
              className={`history-row${present ? ' present' : ''}${undone ? ' undone' : ''}`}
              {...(present ? { 'aria-current': 'step' as const } : {})}
              aria-label={t('history.goTo', { step: text })}
              onPress={() => store.verbs.goTo(id)}
            >
              <span>{text}</span>
              {undone && <span className="state">{t('history.undone')}</span>}
            </Button>
          </li>
        ))}
      </ol>
    </section>
  );
}
