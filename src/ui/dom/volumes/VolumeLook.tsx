import type { CSSProperties } from 'react';
import { colorMaps } from '#core/case/schema.ts';
import { type ColorMapName, colorTable } from '#core/volume/colorMaps.ts';
import { formatPercent } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { OverlayRecord, VolumeRecord } from '#state/viewer.ts';
import { Chips, NumberBox, PercentSlider } from '../Controls.tsx';

/** Opacity, colours and window of a volume that lies over the first. */
export function VolumeLook({
  volume: { id, unit },
  overlay,
}: {
  readonly volume: VolumeRecord;
  readonly overlay: OverlayRecord;
}) {
  const { verbs } = useViewer().case;
  const { window } = overlay;
  return (
    <>
      <div className="volume-opacity">
        <span className="label-quiet">{t('inspector.opacity')}</span>
        <PercentSlider
          label={t('inspector.opacity')}
          value={overlay.opacity}
          onChange={(opacity) => verbs.setOverlay(id, { opacity }, 'opacity')}
          onEnd={() => verbs.endGesture()}
        />
        <output>{formatPercent(overlay.opacity)}</output>
      </div>
      <div className="color-ramp" style={{ '--ramp': rampOf(overlay.colorMap) } as CSSProperties} aria-hidden />
      <Chips
        label={t('volumes.colours')}
        value={overlay.colorMap}
        options={colorMaps.map((name) => ({ id: name, label: t(`volumes.map.${name}`) }))}
        onChange={(colorMap) => verbs.setOverlay(id, { colorMap })}
      />
      <div className="pair">
        <NumberBox
          label={t('inspect.width')}
          value={window.width}
          unit={unit}
          digits={window.width < 20 ? 3 : 1}
          onChange={(width) =>
            width !== null && width > 0 && verbs.setOverlay(id, { window: { level: window.level, width } })
          }
        />
        <NumberBox
          label={t('inspect.level')}
          value={window.level}
          unit={unit}
          digits={window.width < 20 ? 3 : 1}
          onChange={(level) => level !== null && verbs.setOverlay(id, { window: { level, width: window.width } })}
        />
      </div>
    </>
  );
}

/** The colours from the window's lower end to its upper one, as CSS. */
function rampOf(name: ColorMapName): string {
  const table = colorTable(name);
  const stops = Array.from({ length: 17 }, (_, n) => {
    const at = 3 * Math.min(255, n * 16);
    return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
