import { t } from '#i18n/t.ts';
import { useView, useViewer } from '#scene/viewerContext.ts';
import { Chips } from '../Controls.tsx';

const kinds = ['length', 'angle'] as const;

/** What the next points measure. */
export function MeasurePanel() {
  const { view } = useViewer();
  const kind = useView((state) => state.measureKind);
  return (
    <Chips
      label={t('measure.kind')}
      value={kind}
      options={kinds.map((id) => ({ id, label: t(`measure.kind${id}`) }))}
      onChange={(measureKind) => view.verbs.set({ measureKind })}
    />
  );
}
