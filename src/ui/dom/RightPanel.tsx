import { lazy, Suspense } from 'react';
import { t } from '#i18n/t.ts';
import { useDesk } from './deskContext.ts';
import { HistoryPanel } from './HistoryPanel.tsx';
import { KeySheet } from './KeySheet.tsx';
import { MeasurementList } from './MeasurementList.tsx';
import { ToolPanel } from './ToolPanel.tsx';

const VolumesPanel = lazy(() => import('./volumes/VolumesPanel.tsx'));

/** The tool on top, then what it made. History and keys take the place when called and give it back on Esc. */
export function RightPanel() {
  const docked = useDesk((state) => state.docked);
  return (
    <aside className="panel right-panel" aria-label={t('panel.right')} data-region="panel">
      <div className="right-scroll">
        {docked === 'keys' && <KeySheet />}
        {docked === 'history' && <HistoryPanel />}
        {docked === 'volumes' && (
          <Suspense fallback={null}>
            <VolumesPanel />
          </Suspense>
        )}
        {docked === 'tool' && (
          <>
            <ToolPanel />
            <MeasurementList />
          </>
        )}
      </div>
    </aside>
  );
}
