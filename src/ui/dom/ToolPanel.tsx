import { Contrast, LayoutGrid, MousePointer2, Ruler, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { t } from '#i18n/t.ts';
import { useCase, useView } from '#scene/viewerContext.ts';
import type { ToolId } from '#state/viewer.ts';
import { tools } from '#ui/model/tools.ts';
import { IconButton } from './Controls.tsx';
import { useDesk, useDeskParts } from './deskContext.ts';
import { JobBlocks } from './JobBlocks.tsx';
import { Keys } from './Rich.tsx';
import { InspectPanel } from './tools/InspectPanel.tsx';
import { MeasurePanel } from './tools/MeasurePanel.tsx';
import { useMedia } from './useMedia.ts';

const ThresholdPanel = lazy(() => import('./tools/ThresholdPanel.tsx'));
const MethodsPanel = lazy(() => import('./tools/MethodsPanel.tsx'));

const icons: Partial<Record<ToolId, ReactNode>> = {
  inspect: <MousePointer2 aria-hidden />,
  threshold: <Contrast aria-hidden />,
  measure: <Ruler aria-hidden />,
  methods: <LayoutGrid aria-hidden />,
};
const hints = {
  inspect: 'hint.inspect',
  threshold: 'hint.threshold',
  measure: 'hint.measure',
  methods: 'hint.methods',
} as const;

/** Name and key, what runs, then the settings of the tool. */
export function ToolPanel() {
  const { desk } = useDeskParts();
  const chosen = useView((state) => state.tool);
  const tool = chosen in hints ? (chosen as keyof typeof hints) : 'inspect';
  const drawer = useDesk((state) => state.drawer);
  const touch = useMedia('(pointer: coarse)');
  const angle = useView((state) => state.measureKind === 'angle');
  const hint =
    tool === 'inspect' && touch ? 'hint.inspectTouch' : tool === 'measure' && angle ? 'hint.angle' : hints[tool];
  const scan = useCase((state) => state.volumes[0]?.id);
  return (
    <section className="section" aria-labelledby="tool-title">
      <div className="section-title">
        {icons[tool]}
        <h2 id="tool-title">{t(`tool.${tool}`)}</h2>
        <span className="fill" />
        <Keys keys={tools.find(({ id }) => id === tool)?.key ?? '1'} />
        {drawer && (
          <span className="drawer-close">
            <IconButton small label={t('panel.close')} onPress={() => desk.set({ drawer: false })}>
              <X aria-hidden />
            </IconButton>
          </span>
        )}
      </div>
      <JobBlocks />
      <div className="stack">
        <p className="hint">{t(hint)}</p>
        <Suspense fallback={null}>
          {tool === 'inspect' && <InspectPanel />}
          {tool === 'measure' && <MeasurePanel />}
          {/* Range and figures are one scan's: another begins anew. */}
          {tool === 'threshold' && <ThresholdPanel key={scan ?? 'none'} />}
          {tool === 'methods' && <MethodsPanel />}
        </Suspense>
      </div>
    </section>
  );
}
