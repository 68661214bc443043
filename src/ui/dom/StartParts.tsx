import { ArrowLeft, CircleQuestionMark, Contrast, Eye, Languages, Moon, MousePointer2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { language, setLanguage, t } from '#i18n/t.ts';
import { useKeeping, useView, useViewer } from '#scene/viewerContext.ts';
import type { Theme } from '#state/viewer.ts';
import { acts } from '#ui/model/acts.ts';
import { languages, themes } from '#ui/model/choices.ts';
import { Mark } from './Mark.tsx';
import { PlainDialog } from './PlainDialog.tsx';
import { Keys } from './Rich.tsx';
import { useMedia } from './useMedia.ts';

/** After what the page itself has to load. */
const LOOK_AFTER_MS = 200;

/** Name, the way back to an open case, language, theme, help. */
export function StartBar({ back, onBack }: { readonly back: string; readonly onBack: () => void }) {
  const { view } = useViewer();
  const theme = useView((state) => state.theme);
  const [help, setHelp] = useState(false);
  return (
    <header className="start-bar">
      <div className="brand">
        <Mark />
        {t('app.name')}
      </div>
      {back !== '' && (
        <button type="button" className="button bare" onClick={onBack}>
          <ArrowLeft className="mirrored" aria-hidden />
          {t('common.back', { name: back })}
        </button>
      )}
      <div className="gap" />
      <label className="plain-select">
        <Languages aria-hidden />
        <span className="unseen">{t('start.language')}</span>
        <select
          value={language()}
          onChange={(event) => {
            setLanguage(event.target.value);
            view.verbs.set({ language: event.target.value });
          }}
        >
          {languages.map((code) => (
            <option key={code} value={code}>
              {t(`language.${code}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="plain-select">
        <Moon aria-hidden />
        <span className="unseen">{t('theme.title')}</span>
        <select value={theme} onChange={(event) => view.verbs.set({ theme: event.target.value as Theme })}>
          {themes.map((each) => (
            <option key={each} value={each}>
              {t(`theme.${each}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="button bare" onClick={() => setHelp(true)}>
        <CircleQuestionMark aria-hidden />
        {t('start.help')}
      </button>
      {help && (
        <PlainDialog title={t('keys.title')} onClose={() => setHelp(false)}>
          <p className="quiet">{t('keys.note')}</p>
          <ul className="help-keys">
            {acts()
              .filter(({ keys }) => keys.length > 0)
              .map(({ id, title, keys }) => (
                <li key={id}>
                  {title}
                  <Keys keys={keys[0] ?? ''} />
                </li>
              ))}
          </ul>
          <div className="dialog-actions">
            <button type="button" className="button main" onClick={() => setHelp(false)}>
              {t('common.close')}
            </button>
          </div>
        </PlainDialog>
      )}
    </header>
  );
}

const RecentCases = lazy(() => import('./RecentCases.tsx'));

/** Cases that are kept on this device. The list loads when there is nothing else to do. */
export function RecentCard() {
  const { keeping } = useViewer();
  const some = useKeeping(({ cases }) => (cases?.length ?? 0) > 0);
  useEffect(() => {
    // A device without storage has none, and that is all there is to say.
    const look = () => void keeping.verbs.look().catch(() => undefined);
    const waiting = setTimeout(look, LOOK_AFTER_MS);
    return () => clearTimeout(waiting);
  }, [keeping]);
  return (
    <section className="side-card" aria-labelledby="recent-title">
      <h2 id="recent-title">{t('start.recent')}</h2>
      {some ? (
        <Suspense>
          <RecentCases />
        </Suspense>
      ) : (
        <p className="note empty">{t('start.recentNone')}</p>
      )}
    </section>
  );
}

export function FirstSteps() {
  const touch = useMedia('(pointer: coarse)');
  return (
    <section className="side-card" aria-labelledby="first-title">
      <h2 id="first-title">{t('start.firstTime')}</h2>
      <ul className="first-steps">
        <li>
          <MousePointer2 aria-hidden />
          {t('start.firstRotate')}
          <span className="note">{t(touch ? 'start.firstRotateHowTouch' : 'start.firstRotateHow')}</span>
        </li>
        <li>
          <Eye aria-hidden />
          {t('start.firstStructures')}
          <span className="note">{t('start.firstStructuresHow')}</span>
        </li>
        <li>
          <Contrast aria-hidden />
          {t('start.firstBone')}
          <span className="note">{t('start.firstBoneHow')}</span>
        </li>
      </ul>
    </section>
  );
}
