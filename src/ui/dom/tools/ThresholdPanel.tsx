import { useEffect, useId, useState } from 'react';
import { Button } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase, useJobs, useViewer } from '#scene/viewerContext.ts';
import { type HistogramPicture, histogramPicture } from '#ui/model/histogram.ts';
import { type RangePreset, rangePresets } from '#ui/model/presets.ts';
import { Chips, NumberBox } from '../Controls.tsx';
import { Histogram } from './Histogram.tsx';
import { RangePreview } from './RangePreview.tsx';

interface Values {
  readonly picture: HistogramPicture | null;
  readonly least: number;
  readonly most: number;
}
const presets = Object.keys(rangePresets) as RangePreset[];

/** Everything between two values becomes a structure; seen in numbers before it is made. */
export default function ThresholdPanel() {
  const viewer = useViewer();
  const volume = useCase((state) => state.volumes[0]);
  const busy = useJobs((state) => state.jobs.some(({ title }) => title === 'job.segmenting'));
  const values = useHistogram(volume?.id);
  const [range, setRange] = useState<{ lower: number; upper: number } | null>(null);
  const [preset, setPreset] = useState<RangePreset | null>(null);
  const [name, setName] = useState('');
  const nameId = useId();
  const isCt = volume?.modality === 'CT';
  const unit = volume?.unit ?? '';

  // The first range: bone in a CT, else the brighter half of what occurs.
  const first =
    values &&
    (isCt
      ? { lower: rangePresets.bone.lower, upper: values.most }
      : { lower: (values.least + values.most) / 2, upper: values.most });
  const now = range ?? first;
  if (!volume) return <p className="hint">{t('threshold.noScan')}</p>;
  if (!values || !now) return <p className="hint">{t('threshold.counting')}</p>;

  const change = (lower: number, upper: number) => {
    setRange({ lower: Math.min(lower, upper), upper: Math.max(lower, upper) });
    setPreset(null);
  };
  const chosen = preset ?? (range === null && isCt ? 'bone' : null);
  const given = name.trim() || (chosen ? t(`threshold.${chosen}`) : t('threshold.newName'));
  const apply = () => {
    viewer.actions
      .segment({ method: 'threshold', settings: { lower: now.lower, upper: now.upper }, name: given })
      // What failed is on its card.
      .catch(() => undefined);
  };
  return (
    <div className="stack">
      {values.picture && <Histogram picture={values.picture} lower={now.lower} upper={now.upper} onChange={change} />}
      <div className="pair">
        <NumberBox
          label={t('threshold.from')}
          value={now.lower}
          unit={unit}
          onChange={(lower) => lower !== null && change(lower, now.upper)}
        />
        <NumberBox
          label={t('threshold.to')}
          value={now.upper}
          unit={unit}
          onChange={(upper) => upper !== null && change(now.lower, upper)}
        />
      </div>
      {isCt && (
        <Chips
          label={t('threshold.presets')}
          value={chosen}
          options={presets.map((id) => ({ id, label: t(`threshold.${id}`) }))}
          onChange={(id) => {
            const { lower, upper } = rangePresets[id];
            setRange({ lower, upper: upper ?? values.most });
            setPreset(id);
          }}
        />
      )}
      <div className="line-field">
        <label className="label-quiet" htmlFor={nameId}>
          {t('threshold.into')}
        </label>
        <input
          id={nameId}
          className="field-input"
          value={name}
          maxLength={200}
          placeholder={given}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <RangePreview lower={now.lower} upper={now.upper} />
      <div className="actions">
        <Button className="button" onPress={() => viewer.view.verbs.set({ tool: 'inspect' })}>
          {t('common.cancel')}
        </Button>
        <Button className="button main" isDisabled={busy} onPress={apply} data-testid="apply">
          {t('common.apply')}
        </Button>
      </div>
    </div>
  );
}

/** Asked again when the voxels of a finer scan take the place of coarse ones. */
function useHistogram(volume: string | undefined): Values | null {
  const { actions } = useViewer();
  const waiting = useJobs((state) =>
    state.jobs.some(({ title }) => title === 'job.reading' || title === 'job.sampleFine'),
  );
  const [values, setValues] = useState<Values | null>(null);
  useEffect(() => {
    if (volume === undefined || waiting) return;
    let current = true;
    actions.histogram(1024).then(
      ({ lower, upper, counts }) => {
        if (current) setValues({ picture: histogramPicture(lower, upper, counts), least: lower, most: upper });
      },
      // Voxels that are not there yet: asked again when the job that brings them ends.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [actions, volume, waiting]);
  return values;
}
