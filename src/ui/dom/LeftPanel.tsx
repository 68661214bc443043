import { t } from '#i18n/t.ts';
import { Inspector } from './Inspector.tsx';
import { StructuresPanel } from './StructuresPanel.tsx';

export function LeftPanel() {
  return (
    <aside className="panel left-panel" aria-label={t('panel.left')} data-region="structures">
      <StructuresPanel />
      <Inspector />
    </aside>
  );
}
