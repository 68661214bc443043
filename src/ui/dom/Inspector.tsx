import { Check, Focus, Maximize2 } from 'lucide-react';
import { useMemo } from 'react';
import { Button } from 'react-aria-components';
import { formatPercent } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import { type InspectorOne, type InspectorSeveral, inspectorOf } from '#ui/model/inspector.ts';
import { IconButton, PercentSlider } from './Controls.tsx';
import { useActs } from './deskContext.ts';
import { QuantityText } from './QuantityText.tsx';
import { RowMenu } from './RowMenu.tsx';

/** What is chosen and what can be done to it, whatever tool is on. */
export function Inspector() {
  const segments = useCase((state) => state.segments);
  const selection = useView((state) => state.selection);
  const shown = useMemo(() => inspectorOf(segments, selection), [segments, selection]);
  return (
    <section className="inspector" aria-label={t('inspector.title')}>
      {shown.kind === 'none' && <p className="hint inspector-empty">{t('inspector.none')}</p>}
      {shown.kind === 'one' && <One shown={shown} />}
      {shown.kind === 'several' && <Several shown={shown} />}
    </section>
  );
}

function One({ shown }: { readonly shown: InspectorOne }) {
  const viewer = useViewer();
  const context = useActs();
  const { verbs } = viewer.case;
  const { id } = shown;
  // One scan alone needs no telling.
  const home = useCase(({ volumes, segments }) =>
    volumes.length > 1
      ? volumes.find((each) => each.id === segments.find((other) => other.id === id)?.volume)
      : undefined,
  );
  return (
    <>
      <div className="inspector-head">
        <span className="swatch" style={{ backgroundColor: shown.color }} />
        <h3 title={shown.name}>{shown.name}</h3>
        <IconButton
          small
          label={t('inspector.solo')}
          keys="I"
          selected={shown.alone}
          onPress={() => verbs.isolate([id])}
        >
          <Focus aria-hidden />
        </IconButton>
        <IconButton small label={t('inspector.fit')} keys="F" onPress={() => viewer.view.verbs.focus(id)}>
          <Maximize2 aria-hidden />
        </IconButton>
        <RowMenu row={shown} context={context} />
      </div>
      <dl className="facts-grid">
        <dt>{t('inspector.opacity')}</dt>
        <dd>
          <Opacity ids={[id]} value={shown.opacity} />
        </dd>
        <dt>{t('inspector.volume')}</dt>
        <dd>
          {shown.volume ? (
            <QuantityText quantity={shown.volume} />
          ) : (
            <span className="quiet">{t('inspector.pending')}</span>
          )}
          {shown.cut && <span className="quiet"> {t('inspector.cut')}</span>}
        </dd>
        <dt>{t('inspector.voxels')}</dt>
        <dd>{shown.volume ? shown.voxels : <span className="quiet">{t('inspector.pending')}</span>}</dd>
        <dt>{t('inspector.madeBy')}</dt>
        <dd>{shown.madeBy}</dd>
        {home && (
          <>
            <dt>{t('inspector.liesOn')}</dt>
            <dd>
              <Button
                className="link-button"
                onPress={() => context.desk.set({ docked: 'volumes', volume: home.id, drawer: true, sheetTab: 'tool' })}
              >
                {home.name || home.modality}
              </Button>
            </dd>
          </>
        )}
      </dl>
      <div className="review-line">
        {shown.reviewed ? (
          <span className="done">
            <Check aria-hidden />
            {t('inspector.reviewed')}
          </span>
        ) : (
          <span className="open">{t('inspector.notReviewed')}</span>
        )}
        <Button className="button" onPress={() => verbs.setSegment(id, { reviewed: !shown.reviewed })}>
          {t(shown.reviewed ? 'inspector.markOpen' : 'inspector.markReviewed')}
        </Button>
      </div>
    </>
  );
}

function Several({ shown }: { readonly shown: InspectorSeveral }) {
  const { case: store } = useViewer();
  return (
    <>
      <div className="inspector-head">
        <h3>{shown.title}</h3>
        <IconButton small label={t('inspector.solo')} keys="I" onPress={() => store.verbs.isolate(shown.ids)}>
          <Focus aria-hidden />
        </IconButton>
      </div>
      <dl className="facts-grid">
        <dt>{t('inspector.opacity')}</dt>
        <dd>
          <Opacity ids={shown.ids} value={shown.opacity} />
        </dd>
        <dt>{t('inspector.sum')}</dt>
        <dd>
          <QuantityText quantity={shown.volume} />
        </dd>
      </dl>
    </>
  );
}

function Opacity({ ids, value }: { readonly ids: readonly string[]; readonly value: number | null }) {
  const { verbs } = useViewer().case;
  return (
    <div className="opacity-line">
      <PercentSlider
        label={t('inspector.opacity')}
        value={value ?? 1}
        onChange={(opacity) => {
          for (const id of ids) verbs.setOpacity(id, opacity, 'opacity');
        }}
        onEnd={() => verbs.endGesture()}
      />
      <output>{value === null ? t('inspector.mixed') : formatPercent(value)}</output>
    </div>
  );
}
