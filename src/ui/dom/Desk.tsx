import { type CSSProperties, lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useCase, useJobs, useSurfaces, useView, useViewer } from '#scene/viewerContext.ts';
import { DeskFrame } from './DeskFrame.tsx';
import { useDesk, useDeskParts } from './deskContext.ts';
import { ErrorCards } from './ErrorCards.tsx';
import { applyLanguage, useLanguage } from './languageHook.ts';
import { Notices } from './Notices.tsx';
import { SeriesDialog } from './SeriesDialog.tsx';
import { StageBoundary } from './StageBoundary.tsx';
import { StartPage } from './StartPage.tsx';
import { followTheme } from './theme.ts';
import { useDrop } from './useDrop.ts';
import './tokens.css';
import './base.css';
import './start.css';
import './desk.css';

const Workbench = lazy(() => import('./Workbench.tsx'));
const OpenQuestion = lazy(() => import('./volumes/OpenQuestion.tsx'));

/** The whole page but the 3D view, which is given and never mounted anew. */
export function Desk({ stage }: { readonly stage: ReactNode }) {
  const { view } = useViewer();
  const language = useLanguage();
  const page = useDesk((state) => state.page);
  const ready = useFirstPicture();
  const dropping = useDrop();
  useEffect(() => followTheme(view), [view]);
  useEffect(applyLanguage, [language]);
  usePageFollowsCase();

  const desk = page === 'desk';
  return (
    <>
      <DeskGrid hidden={!desk} stage={stage}>
        {ready && desk ? (
          <Suspense fallback={<DeskFrame key={language} />}>
            <Workbench key={language} />
          </Suspense>
        ) : (
          <DeskFrame key={language} />
        )}
        {desk && <ErrorCards key={`errors ${language}`} />}
      </DeskGrid>
      {!desk && <StartPage key={language} dropping={dropping} />}
      {desk && dropping && <div className="desk-drop" />}
      <Asked />
      <SeriesDialog key={`series ${language}`} />
      <Notices key={`notices ${language}`} />
    </>
  );
}

/** What was chosen while a scan is open waits for an answer. */
function Asked() {
  const asked = useDesk((state) => state.asked);
  if (!asked) return null;
  return (
    <Suspense fallback={null}>
      <OpenQuestion source={asked} />
    </Suspense>
  );
}

function DeskGrid({
  hidden,
  stage,
  children,
}: {
  readonly hidden: boolean;
  readonly stage: ReactNode;
  readonly children: ReactNode;
}) {
  const left = useView((state) => state.leftWidth);
  const right = useView((state) => state.rightWidth);
  const folded = useView((state) => state.panelsFolded);
  const layout = useView((state) => state.layout);
  const large = useView((state) => state.largeSlice);
  const drawer = useDesk((state) => state.drawer);
  const sheet = useDesk((state) => state.sheet);
  const style = { '--left-wish': left, '--right-wish': right } as CSSProperties;
  return (
    <div
      className="desk"
      style={style}
      inert={hidden}
      data-folded={folded || undefined}
      data-layout={layout}
      data-large={large ?? undefined}
      data-drawer={drawer || undefined}
      data-sheet={sheet}
    >
      <div className="picture" data-view="3d">
        <StageBoundary>{stage}</StageBoundary>
      </div>
      {children}
    </div>
  );
}

/** Panels load when the body is on screen, or when there will be none. */
function useFirstPicture(): boolean {
  const drawn = useSurfaces((state) => state.chunks.size > 0);
  const idle = useJobs((state) => state.jobs.length === 0);
  const open = useCase((state) => state.volumes.length > 0);
  const [ready, setReady] = useState(false);
  const now = drawn || (open && idle);
  useEffect(() => {
    if (!now) return;
    // Two frames: the first uploads and draws, the second is on the screen.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setReady(true));
    });
    return () => cancelAnimationFrame(frame);
  }, [now]);
  return ready;
}

const BETWEEN_JOBS_MS = 400;

/** A new scan brings the desk; one that failed with nothing open brings the start page back. */
function usePageFollowsCase(): void {
  const viewer = useViewer();
  const { desk } = useDeskParts();
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stopCase = viewer.case.subscribe((now, before) => {
      const id = now.volumes[0]?.id;
      if (id !== undefined && id !== before.volumes[0]?.id)
        desk.set({ page: 'desk', search: '', folds: {}, seeds: [] });
    });
    const stopJobs = viewer.jobs.subscribe((now, before) => {
      const nothing = () => viewer.case.getState().volumes.length === 0;
      if (nothing() && now.errors.length > before.errors.length) desk.set({ page: 'start' });
      if (!nothing() || now.jobs.length > 0 || before.jobs.length === 0) return;
      // Between two jobs of one opening there is a moment without either.
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        if (nothing() && viewer.jobs.getState().jobs.length === 0) desk.set({ page: 'start' });
      }, BETWEEN_JOBS_MS);
    });
    return () => {
      clearTimeout(waiting);
      stopCase();
      stopJobs();
    };
  }, [viewer, desk]);
}
