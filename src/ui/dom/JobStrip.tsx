import { LoaderCircle, X } from 'lucide-react';
import { t } from '#i18n/t.ts';
import { useJobs, useViewer } from '#scene/viewerContext.ts';
import { jobRow } from '#ui/model/jobText.ts';

/** The newest job in one line, while no panel is there to hold it. */
export function JobStrip() {
  const { jobs } = useViewer();
  const job = useJobs((state) => state.jobs[0]);
  if (!job) return null;
  const row = jobRow(job, performance.now());
  return (
    <div className="job-strip" role="status">
      <LoaderCircle className="turning" aria-hidden />
      <span className="name">{row.title}</span>
      <span className="quiet">{[row.stage, row.percent].filter(Boolean).join(' ')}</span>
      <button
        type="button"
        className="icon-button small"
        aria-label={t('job.cancelNamed', { name: row.title })}
        title={t('job.cancel')}
        onClick={() => jobs.verbs.cancel(job.id)}
      >
        <X aria-hidden />
      </button>
    </div>
  );
}
