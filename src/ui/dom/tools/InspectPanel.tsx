import { t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import { type WindowPreset, windowPresetOf, windowPresets } from '#ui/model/presets.ts';
import { CheckBox, Chips, NumberBox } from '../Controls.tsx';

const presets = Object.keys(windowPresets) as WindowPreset[];

/** How the values are shown as grey, and how the body is drawn. */
export function InspectPanel() {
  const { case: store, view } = useViewer();
  const window = useCase((state) => state.window);
  const volume = useCase((state) => state.volumes[0]);
  const planes = useView((state) => state.planesShown);
  const look = useView((state) => state.look);
  const unit = volume?.unit ?? '';
  return (
    <>
      {volume && (
        <div className="stack">
          <div className="pair">
            <NumberBox
              label={t('inspect.width')}
              value={window.width}
              unit={unit}
              min={unit === 'HU' ? 1 : null}
              onChange={(width) => width !== null && width > 0 && store.verbs.setWindow({ ...window, width })}
            />
            <NumberBox
              label={t('inspect.level')}
              value={window.level}
              unit={unit}
              onChange={(level) => level !== null && store.verbs.setWindow({ ...window, level })}
            />
          </div>
          {volume.modality === 'CT' && (
            <Chips
              label={t('inspect.presets')}
              value={windowPresetOf(window)}
              options={presets.map((id) => ({ id, label: t(`inspect.${id}`) }))}
              onChange={(id) => store.verbs.setWindow({ ...windowPresets[id] })}
            />
          )}
        </div>
      )}
      <div className="stack tight">
        <CheckBox
          label={t('inspect.planes')}
          selected={planes}
          onChange={(planesShown) => view.verbs.set({ planesShown })}
        />
        <CheckBox
          label={t('settings.plain')}
          selected={look === 'plain'}
          onChange={(plain) => view.verbs.set({ look: plain ? 'plain' : 'full' })}
        />
      </div>
    </>
  );
}
