import { lazy, Suspense, useRef } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import type { DeskState } from '#ui/model/deskStore.ts';
import { useDesk, useDeskParts } from './deskContext.ts';
import { HistoryPanel } from './HistoryPanel.tsx';
import { Inspector } from './Inspector.tsx';
import { KeySheet } from './KeySheet.tsx';
import { MeasurementList } from './MeasurementList.tsx';
import { SlicesPlace } from './SlicesPlace.tsx';
import { StructuresPanel } from './StructuresPanel.tsx';
import { ToolPanel } from './ToolPanel.tsx';

const VolumesPanel = lazy(() => import('./volumes/VolumesPanel.tsx'));

const heights: readonly DeskState['sheet'][] = ['tabs', 'half', 'full'];

/** The panels of a small screen, in three heights: by a press of the grip, or dragged. */
export function PhoneSheet() {
  const { desk } = useDeskParts();
  const tab = useDesk((state) => state.sheetTab);
  const begun = useRef<number | null>(null);
  const step = (by: number) => {
    const now = heights.indexOf(desk.getState().sheet);
    desk.set({ sheet: heights[Math.min(2, Math.max(0, now + by))] ?? 'half' });
  };
  const tabs: readonly DeskState['sheetTab'][] = ['structures', 'slices', 'measures', 'tool'];
  return (
    <section className="sheet" aria-label={t('panel.left')} data-region="sheet">
      <button
        type="button"
        className="sheet-grip"
        aria-label={t('sheet.grow')}
        onClick={() => step(desk.getState().sheet === 'full' ? -2 : 1)}
        onPointerDown={(event) => {
          begun.current = event.clientY;
        }}
        onPointerUp={(event) => {
          const by = event.clientY - (begun.current ?? event.clientY);
          if (Math.abs(by) > 24) {
            event.preventDefault();
            step(by < 0 ? 1 : -1);
          }
          begun.current = null;
        }}
      />
      <Tabs
        className="sheet-tabs"
        selectedKey={tab}
        onSelectionChange={(key) => {
          desk.set({ sheetTab: key as DeskState['sheetTab'] });
          if (desk.getState().sheet === 'tabs') desk.set({ sheet: 'half' });
        }}
      >
        <TabList className="sheet-list" aria-label={t('sheet.grow')}>
          {tabs.map((id) => (
            <Tab key={id} id={id} className="sheet-tab">
              {t(`sheet.${id}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="structures" className="sheet-panel">
          <StructuresPanel />
          <Inspector />
        </TabPanel>
        <TabPanel id="slices" className="sheet-panel">
          <SlicesPlace />
        </TabPanel>
        <TabPanel id="measures" className="sheet-panel">
          <MeasurementList />
        </TabPanel>
        <TabPanel id="tool" className="sheet-panel">
          <Docked />
        </TabPanel>
      </Tabs>
    </section>
  );
}

const docks = { keys: <KeySheet />, history: <HistoryPanel />, volumes: <VolumesPanel />, tool: <ToolPanel /> };

function Docked() {
  const docked = useDesk((state) => state.docked);
  return <Suspense fallback={null}>{docks[docked]}</Suspense>;
}
