import { I18nProvider } from 'react-aria-components';
import { direction, language } from '#i18n/t.ts';
import { LeftPanel } from './LeftPanel.tsx';
import { Palette } from './Palette.tsx';
import { PhoneSheet } from './PhoneSheet.tsx';
import { ResizeHandle } from './ResizeHandle.tsx';
import { RightPanel } from './RightPanel.tsx';
import { SlicesPlace } from './SlicesPlace.tsx';
import { StatusBar } from './StatusBar.tsx';
import { TopBar } from './TopBar.tsx';
import { useKeys } from './useKeys.ts';
import { useMedia } from './useMedia.ts';
import { useSeedClicks } from './useSeedClicks.ts';
import { useTasks } from './useTasks.ts';
import { ViewOverlay } from './ViewOverlay.tsx';
import './controls.css';
import './bar.css';
import './structures.css';
import './view.css';
import './rightPanel.css';
import './status.css';
import './small.css';

/** Everything around the body: loaded with the first panel, React Aria with it. Each part is made in a task of its own. */
export default function Workbench() {
  useKeys();
  useSeedClicks();
  const phone = useMedia('(max-width: 899px)');
  const made = useTasks(phone ? 2 : 5);
  const code = language().startsWith('pseudo') ? (direction() === 'rtl' ? 'ar-u-nu-latn' : 'en') : language();
  return (
    <I18nProvider locale={code}>
      <TopBar />
      {made > 0 && <ViewOverlay />}
      {phone ? (
        made > 1 && <PhoneSheet />
      ) : (
        <>
          {made > 2 ? <LeftPanel /> : <div className="panel left-panel" />}
          <ResizeHandle side="left" />
          {made > 3 && <SlicesPlace />}
          {made > 1 ? <RightPanel /> : <div className="panel right-panel" />}
          <ResizeHandle side="right" />
          {made > 4 ? <StatusBar /> : <footer className="status-bar" />}
        </>
      )}
      <Palette />
    </I18nProvider>
  );
}
