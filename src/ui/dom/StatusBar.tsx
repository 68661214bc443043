import { Check, CircleAlert, LoaderCircle, TriangleAlert } from 'lucide-react';
import { Button } from 'react-aria-components';
import { formatNumber, placeWords } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useCase, useJobs, useKeeping, useView, useViewer } from '#scene/viewerContext.ts';
import { jobRow } from '#ui/model/jobText.ts';
import { probed } from '#ui/model/probe.ts';
import { nameOf } from '#ui/model/structures.ts';
import { MadeUpMark } from './MadeUpMark.tsx';

/** Place, value and structure under the pointer; at the end what runs, what failed, the convention, is it saved. */
export function StatusBar() {
  const { view } = useViewer();
  const convention = useView((state) => state.convention);
  const failed = useJobs((state) => state.errors.length);
  return (
    <section className="status-bar" aria-label={t('status.region')} data-region="status">
      <Under />
      <span className="fill" />
      <Running />
      {failed > 0 && (
        <Button
          className="status-item failed"
          onPress={() => document.querySelector<HTMLElement>('.error-card h2')?.focus()}
        >
          <CircleAlert aria-hidden />
          {t('status.errors', { count: failed })}
        </Button>
      )}
      <Button
        className="status-item quiet"
        onPress={() => view.verbs.set({ convention: convention === 'radiological' ? 'neurological' : 'radiological' })}
      >
        {t(`status.${convention}`)}
      </Button>
      <Saved />
    </section>
  );
}

function Saved() {
  const save = useKeeping((state) => state.save);
  const waits = save === 'full' || save === 'failed';
  return (
    <span className={`status-item ${waits ? 'warned' : 'quiet'}`} title={t(`status.${save}Why`)} data-testid="save">
      {save === 'saved' ? (
        <Check aria-hidden />
      ) : save === 'saving' ? (
        <LoaderCircle className="turning" aria-hidden />
      ) : (
        <TriangleAlert aria-hidden />
      )}
      {t(`status.${save}`)}
    </span>
  );
}

function Under() {
  const cursor = useView((state) => state.cursor);
  const volumes = useCase((state) => state.volumes);
  const name = useCase((state) => state.segments.find(({ id }) => id === cursor?.segment)?.name);
  if (!cursor) return <span className="quiet">{t('status.ready')}</span>;
  return (
    <>
      <span className="place" dir="ltr" data-testid="place">
        {placeWords(cursor.ras).map((word) => (
          <span key={word}>{word}</span>
        ))}
        <span className="quiet">mm</span>
      </span>
      {probed(volumes, cursor).map(({ id, name: of, text, interpolated }) => (
        <span key={id} dir="ltr">
          {of && <span className="quiet probe-name">{of}</span>}
          {of && ' '}
          {text}
          {interpolated && <MadeUpMark />}
        </span>
      ))}
      {name && <span>{nameOf(name)}</span>}
    </>
  );
}

function Running() {
  const jobs = useJobs((state) => state.jobs);
  const [first] = jobs;
  if (!first) return null;
  const row = jobRow(first, performance.now());
  return (
    <span className="status-item working" role="status">
      <LoaderCircle className="turning" aria-hidden />
      {jobs.length > 1
        ? `${t('job.count', { count: Number(formatNumber(jobs.length)) })}, ${row.percent || row.title}`
        : [row.title, row.percent].filter(Boolean).join(', ')}
    </span>
  );
}
