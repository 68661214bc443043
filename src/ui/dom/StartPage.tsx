import { FilePlus, FolderOpen, Link, Lock } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { t } from '#i18n/t.ts';
import { useCase, useJobs, useViewer } from '#scene/viewerContext.ts';
import type { OpenSource } from '#state/viewer.ts';
import { offer } from '#ui/model/offer.ts';
import { useDeskParts } from './deskContext.ts';
import { ErrorCards } from './ErrorCards.tsx';
import { HeadsetCard } from './HeadsetCard.tsx';
import { JobStrip } from './JobStrip.tsx';
import { LinkDialog } from './LinkDialog.tsx';
import { SampleTiles } from './SampleTiles.tsx';
import { FirstSteps, RecentCard, StartBar } from './StartParts.tsx';

/** The first thing that is seen: open a scan, a sample, and what headset there is. Plain controls: it loads at once. */
export function StartPage({ dropping }: { readonly dropping: boolean }) {
  const viewer = useViewer();
  const { desk } = useDeskParts();
  const title = useCase((state) => (state.volumes.length > 0 ? state.title : ''));
  // Closing is a step like any other, and the way back is to undo it.
  const closed = useCase(({ volumes, history }) => {
    const last = history.at(-1);
    return volumes.length === 0 && last?.act === 'history.closed' && !last.undone ? last.about : '';
  });
  const goBack = () => (closed === '' ? desk.set({ page: 'desk' }) : viewer.case.verbs.undo());
  const busy = useJobs((state) => state.jobs.length > 0);
  const [link, setLink] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);

  const open = (source: OpenSource) => {
    desk.set({ lastHost: '' });
    // What failed is on its card.
    offer(viewer, desk, source).catch(() => undefined);
  };
  const openUrls = (urls: readonly string[]) => {
    open({ urls });
    desk.set({ lastHost: urls[0] === undefined ? '' : new URL(urls[0]).host });
  };
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const list = [...(event.target.files ?? [])];
    event.target.value = '';
    if (list.length > 0) open({ files: list });
  };

  return (
    <div className="start" data-dropping={dropping || undefined}>
      <div className="start-inner">
        <StartBar back={title || closed} onBack={goBack} />
        <main className="start-columns">
          <div>
            <section className="open-card" aria-label={t('start.open')}>
              <div>
                <h1>{t('start.open')}</h1>
                <p className="how">{t('start.how')}</p>
                <div className="open-actions">
                  <button type="button" className="button main large" onClick={() => folder.current?.click()}>
                    <FolderOpen aria-hidden />
                    {t('start.folder')}
                  </button>
                  <button type="button" className="button large" onClick={() => files.current?.click()}>
                    <FilePlus aria-hidden />
                    {t('start.files')}
                  </button>
                </div>
                <div className="open-more">
                  <button type="button" className="button bare" onClick={() => setLink(true)}>
                    <Link aria-hidden />
                    {t('start.link')}
                  </button>
                </div>
                <p className="formats">{t('start.formats')}</p>
                <input ref={files} type="file" multiple hidden onChange={chosen} data-testid="files" />
                {/* The attribute is not in React's types; every browser that picks folders knows it. */}
                <input ref={folder} type="file" multiple hidden onChange={chosen} {...{ webkitdirectory: '' }} />
              </div>
              <img className="hero" src="/samples/hero.webp" alt="" width="340" height="336" />
              <p className="drop-word" aria-hidden={!dropping}>
                {t('start.drop')}
              </p>
            </section>
            <SampleTiles onPhantom={(sample) => open({ sample })} onUrl={(url) => openUrls([url])} busy={busy} />
          </div>
          <div className="side">
            <RecentCard />
            <HeadsetCard />
            <FirstSteps />
          </div>
        </main>
        <footer className="start-foot">
          <p>
            <Lock aria-hidden />
            {t('app.privacy')}
          </p>
          <p>{t('app.notForDiagnosis')}</p>
        </footer>
      </div>
      <div className="start-jobs">
        <JobStrip />
      </div>
      <ErrorCards />
      {link && <LinkDialog onClose={() => setLink(false)} onOpen={openUrls} />}
    </div>
  );
}
