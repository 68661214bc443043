import { Copy, Plus, Ruler, Trash2, TriangleRight } from 'lucide-react';
import { useMemo } from 'react';
import { formatNumber, quantityText } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useCase, useViewer } from '#scene/viewerContext.ts';
import { chooseTool } from '#ui/model/acts.ts';
import { measurementRows } from '#ui/model/measurements.ts';
import { IconButton } from './Controls.tsx';
import { useActs } from './deskContext.ts';
import { MadeUpMark } from './MadeUpMark.tsx';
import { QuantityText } from './QuantityText.tsx';
import { Rich } from './Rich.tsx';

/** Each with its doubt. */
export function MeasurementList() {
  const viewer = useViewer();
  const context = useActs();
  const measurements = useCase((state) => state.measurements);
  const volumes = useCase((state) => state.volumes);
  const rows = useMemo(() => measurementRows({ measurements, volumes }), [measurements, volumes]);
  const copy = () => {
    const text = rows
      .map(({ name, quantity, interpolated }) => {
        const mark = interpolated === 'ends' ? `\t${t('slice.interpolated')}` : '';
        return `${name}\t${quantityText(quantity)}${mark}`;
      })
      .join('\n');
    // Where the clipboard is refused, nothing is copied and nothing is said to be.
    navigator.clipboard?.writeText(text).then(
      () => viewer.jobs.verbs.notify('notice.copied', ''),
      () => undefined,
    );
  };
  return (
    <section className="section" aria-labelledby="measurements-title">
      <div className="section-title">
        <h3 id="measurements-title">{t('measure.title')}</h3>
        {rows.length > 0 && <span className="count">{formatNumber(rows.length)}</span>}
        <span className="fill" />
        {rows.length > 0 && (
          <IconButton small label={t('measure.copy')} onPress={copy}>
            <Copy aria-hidden />
          </IconButton>
        )}
        <IconButton small label={t('tool.measure')} keys="8" onPress={() => chooseTool(context, 'measure')}>
          <Plus aria-hidden />
        </IconButton>
      </div>
      {rows.length === 0 ? (
        <p className="hint">
          <Rich text={t('measure.empty')} />
        </p>
      ) : (
        <ul data-list="measurements">
          {rows.map(({ id, kind, name, quantity, interpolated }) => (
            <li key={id} className="list-row" title={t(kind === 'length' ? 'measure.doubt' : 'measure.doubtAngle')}>
              {kind === 'length' ? <Ruler aria-hidden /> : <TriangleRight aria-hidden />}
              <span className="name">
                {name}
                {interpolated && <MadeUpMark short why={t(`measure.${interpolated}`)} />}
              </span>
              <QuantityText quantity={quantity} />
              <IconButton
                small
                label={t('measure.remove', { name })}
                onPress={() => viewer.case.verbs.removeMeasurement(id)}
              >
                <Trash2 aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
