import { type CSSProperties, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { edgeLetters, normalAxis, type PlaneName, sliceNumber } from '#core/volume/slicePlane.ts';
import { formatMm, formatNumber, formatValue, placeWords } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import type { RasPoint } from '#state/viewer.ts';
import { scaleBar } from '#ui/model/orientation.ts';
import { isInterpolated } from '#ui/model/probe.ts';
import { SliceModel } from './SliceModel.ts';
import '../madeUp.css';
import { crosshairOf, cursorAt, scanOf, shownWindow } from './sliceActs.ts';

/** How long a place has to hold before it is read out. */
const SPEAK_AFTER_MS = 500;

/** One slice: the picture on a canvas, all words over it in the page. */
export function SliceView({ name }: { readonly name: PlaneName }) {
  const viewer = useViewer();
  const element = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const model = useMemo(() => new SliceModel(name, viewer), [name, viewer]);
  useEffect(() => {
    if (element.current && canvas.current) return model.attach(element.current, canvas.current);
  }, [model]);
  const convention = useView((state) => state.convention);
  const letters = edgeLetters(name, convention);
  const describedBy = useId();
  return (
    <div
      ref={element}
      className="slice-view"
      data-plane={name}
      role="application"
      aria-roledescription={t('slice.role')}
      aria-label={t(`slice.${name}`)}
      aria-describedby={describedBy}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the view takes keys
      tabIndex={0}
      style={{ '--plane': `var(--${name})` } as CSSProperties}
    >
      <canvas ref={canvas} />
      <SliceWords name={name} model={model} />
      {(['top', 'right', 'bottom', 'left'] as const).map((edge) => (
        <span key={edge} className="slice-letter" data-edge={edge}>
          {t(`letter.${letters[edge]}`)}
        </span>
      ))}
      <SpokenPlace id={describedBy} name={name} />
    </div>
  );
}

function usePlace(name: PlaneName) {
  const viewer = useViewer();
  const crosshair = useCase((state) => state.crosshair);
  const volume = useCase((state) => state.volumes[0]);
  const scan = volume ? scanOf(viewer) : null;
  if (!scan) return null;
  const point: RasPoint = crosshair ?? crosshairOf(viewer, scan);
  return { point, scan, ...sliceNumber(scan.dims, scan.rasFromIjk, name, point) };
}

function SliceWords({ name, model }: { readonly name: PlaneName; readonly model: SliceModel }) {
  const viewer = useViewer();
  const place = usePlace(name);
  const scanWindow = useCase((state) => state.window);
  const waits = useCase(({ volumes: [first] }) => first !== undefined && viewer.voxels.volume(first.id) === null);
  const mode = useView((state) => state.overlayMode);
  const volumes = useCase((state) => state.volumes);
  const several = volumes.length > 1;
  const pixelsPerMm = useStore(model.facts, (facts) => facts.pixelsPerMm);
  const marksMadeUp = useStore(model.facts, (facts) => facts.marksMadeUp);
  const windowKeys = useStore(model.facts, (facts) => facts.windowKeys);
  if (!place) return <p className="slice-empty">{t('slice.empty')}</p>;
  const { window, unit } =
    mode === 'over' ? shownWindow(viewer, place.scan) : { window: scanWindow, unit: place.scan.unit };
  const bar = scaleBar(pixelsPerMm);
  // Two digits where the window is narrow, as of an MR with values below ten.
  const digits = unit === 'HU' || window.width >= 20 ? 0 : 2;
  return (
    <>
      <div className="slice-corner" data-corner="top-start">
        <span className="slice-chip" />
        <strong>{t(`slice.${name}`)}</strong>
        <span className="slice-number">
          {t('slice.number', { number: formatNumber(place.number), count: formatNumber(place.count) })}
        </span>
      </div>
      {marksMadeUp && (
        <div className="slice-corner slice-made-up" data-corner="top-start" title={t('slice.interpolatedWhy')}>
          <span className="made-up-swatch" />
          <span>{t('slice.interpolated')}</span>
        </div>
      )}
      <div className="slice-corner slice-position" data-corner="top-end">
        {placeWords(place.point)[normalAxis[name]]}
      </div>
      <div className="slice-corner slice-window" data-corner="bottom-start" data-keys={windowKeys || undefined}>
        {several && mode !== 'blend' && <strong className="slice-mode">{t(`volumes.mode.${mode}`)}</strong>}
        <span>
          {t('slice.window', { width: formatNumber(window.width, digits), level: formatNumber(window.level, digits) })}
        </span>
      </div>
      {bar && (
        <div className="slice-corner slice-scale" data-corner="bottom-end">
          <span className="slice-bar" style={{ width: `${bar.px}px` }} />
          <span>{formatMm(bar.mm, bar.mm < 1 ? 1 : 0)}</span>
        </div>
      )}
      {waits && <p className="slice-empty">{t('slice.waits')}</p>}
    </>
  );
}

/** What the screen reader says of the crosshair, once it has come to rest; aloud only while the view has the focus. */
function SpokenPlace({ id, name }: { readonly id: string; readonly name: PlaneName }) {
  const viewer = useViewer();
  const place = usePlace(name);
  const segments = useCase((state) => state.segments);
  const volume = useCase((state) => state.volumes[0]);
  const window = useCase((state) => state.window);
  const [said, setSaid] = useState('');
  const text = place ? placeText() : t('slice.empty');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), SPEAK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);

  function placeText(): string {
    if (!place) return '';
    const cursor = cursorAt(viewer, place.scan, place.point);
    const segment = segments.find((each) => each.id === cursor?.segment);
    const value = cursor?.value == null ? '' : formatValue(cursor.value, place.scan.unit);
    const madeUp = volume && isInterpolated(volume, place.point) ? t('slice.interpolated') : '';
    return t('slice.describe', {
      number: formatNumber(place.number),
      count: formatNumber(place.count),
      place: placeWords(place.point).join(' '),
      found: [value, madeUp, segment?.name].filter(Boolean).join(', '),
      width: formatNumber(window.width),
      level: formatNumber(window.level),
    });
  }
  return (
    <p id={id} className="unseen" aria-live="polite">
      {said}
    </p>
  );
}
