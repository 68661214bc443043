import { ArrowLeft, CircleQuestionMark, Contrast, Eye, Languages, Moon, MousePointer2 } from 'lucide-react';
import { useState } from 'react';
import { language, setLanguage, t } from '#i18n/t.ts';
import { useView, useViewer } from '#scene/viewerContext.ts';
import type { Theme } from '#state/viewer.ts';
import { acts } from '#ui/model/acts.ts';
import { languages, themes } from '#ui/model/choices.ts';
import { Mark } from './Mark.tsx';
import { PlainDialog } from './PlainDialog.tsx';
import { Keys } from './Rich.tsx';

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

export function RecentCard() {
  return (
    <section className="side-card" aria-labelledby="recent-title">
      <h2 id="recent-title">{t('start.recent')}</h2>
      <p className="note empty">{t('start.recentNotYet')}</p>
    </section>
  );
}

export function FirstSteps() {
  return (
    <section className="side-card" aria-labelledby="first-title">
      <h2 id="first-title">{t('start.firstTime')}</h2>
      <ul className="first-steps">
        <li>
          <MousePointer2 aria-hidden />
          {t('start.firstRotate')}
          <span className="note">{t('start.firstRotateHow')}</span>
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
