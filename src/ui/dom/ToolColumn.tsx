import { Contrast, Layers, LayoutGrid, MousePointer2, Ruler } from 'lucide-react';
import { Fragment } from 'react';
import { Separator, ToggleButton, Toolbar, TooltipTrigger } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useView } from '#scene/viewerContext.ts';
import type { ToolId } from '#state/viewer.ts';
import { chooseTool } from '#ui/model/acts.ts';
import { tools } from '#ui/model/tools.ts';
import { Tip } from './Controls.tsx';
import { useActs } from './deskContext.ts';

const icons: Partial<Record<ToolId, typeof Ruler>> = {
  inspect: MousePointer2,
  slice: Layers,
  threshold: Contrast,
  measure: Ruler,
  methods: LayoutGrid,
};

export function ToolColumn() {
  const context = useActs();
  const tool = useView((state) => state.tool);
  const planes = useView((state) => state.planesShown);
  return (
    <Toolbar className="tool-column" orientation="vertical" aria-label={t('tool.column')}>
      {tools.map(({ id, key, begins, toggle }) => {
        const Icon = icons[id] ?? MousePointer2;
        return (
          <Fragment key={id}>
            {begins && <Separator className="tool-line" />}
            <TooltipTrigger delay={400} closeDelay={50}>
              <ToggleButton
                className={toggle ? 'tool-button toggle' : 'tool-button'}
                aria-label={toggle ? t('tool.planes') : t(`tool.${id}`)}
                isSelected={toggle ? planes : tool === id}
                onChange={() => chooseTool(context, id)}
                data-tool={id}
              >
                <Icon aria-hidden />
                <span className="number">{key}</span>
              </ToggleButton>
              <Tip label={toggle ? t('tool.planes') : t(`tool.${id}`)} keys={key} />
            </TooltipTrigger>
          </Fragment>
        );
      })}
    </Toolbar>
  );
}
