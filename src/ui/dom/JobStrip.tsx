import { LoaderCircle, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { t } from '#i18n/t.ts';
import { useJobs, useViewer } from '#scene/viewerContext.ts';
import type { JobState } from '#state/viewer.ts';
import { jobRow } from '#ui/model/jobText.ts';

/** The newest job in one line, while no panel is there to hold it. */
export function JobStrip() {
  const { jobs } = useViewer();
  const job = useJobs((state) => state.jobs[0]);
  if (!job) return null;
  const row = jobRow(job, performance.now());
  return (
    <div className="job-strip" role="status">
      {job.picture ? <Picture {...job.picture} /> : <LoaderCircle className="turning" aria-hidden />}
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

/** The newest slice of a scan that is being read; what the strip says in words is the same without it. */
function Picture({ width, height, rgba }: NonNullable<JobState['picture']>) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  }, [rgba, width, height]);
  return <canvas ref={canvas} width={width} height={height} aria-hidden data-testid="slice-preview" />;
}
