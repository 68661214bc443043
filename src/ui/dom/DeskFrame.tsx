import { t } from '#i18n/t.ts';
import { useCase } from '#scene/viewerContext.ts';
import { caseLine } from '#ui/model/caseLine.ts';
import { JobStrip } from './JobStrip.tsx';
import { Mark } from './Mark.tsx';

/** The desk before its panels have loaded: the same places, nothing to press but cancel. */
export function DeskFrame() {
  const title = useCase((state) => state.title);
  const line = useCase((state) => caseLine(state.volumes[0]));
  return (
    <>
      <header className="top-bar">
        <span className="bar-mark">
          <Mark />
        </span>
        <strong className="bar-title">{title || t('app.name')}</strong>
        <span className="quiet case-line">{line}</span>
      </header>
      <div className="panel left-panel" />
      <div className="panel right-panel" />
      <div className="frame-job">
        <JobStrip />
      </div>
      <footer className="status-bar" />
    </>
  );
}
