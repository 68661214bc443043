import { LoaderCircle, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, ProgressBar } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useJobs, useViewer } from '#scene/viewerContext.ts';
import { jobRow } from '#ui/model/jobText.ts';

/** Works that are shorter than this show nothing. */
const QUIET_MS = 300;

/** What runs now, each with its stage and a cancel. */
export function JobBlocks() {
  const { jobs: store } = useViewer();
  const jobs = useJobs((state) => state.jobs);
  const now = useClock(jobs.length > 0);
  const shown = jobs.filter(({ startedMs }) => now - startedMs >= QUIET_MS).map((job) => jobRow(job, now));
  return (
    <>
      {shown.map((row, n) => (
        <div key={row.id} className="job-block" data-testid="job">
          <header>
            <span>{row.title}</span>
            <span className="percent">{row.percent}</span>
          </header>
          <ProgressBar
            aria-label={row.title}
            {...(row.share === null ? { isIndeterminate: true } : { value: row.share * 100 })}
            valueLabel={row.stage}
          >
            {({ percentage }) => (
              <div className="progress">
                <div style={{ inlineSize: `${percentage ?? 30}%` }} />
              </div>
            )}
          </ProgressBar>
          <div className="stage">
            <LoaderCircle className="turning" aria-hidden />
            <span>{row.stage || row.title}</span>
            {row.left && <span className="left">{t('job.left', { time: row.left })}</span>}
            {n > 0 && (
              <Button
                className="icon-button small"
                onPress={() => store.verbs.cancel(row.id)}
                aria-label={t('job.cancelNamed', { name: row.title })}
              >
                <X aria-hidden />
              </Button>
            )}
          </div>
          {n === 0 && (
            <Button
              className="button"
              onPress={() => store.verbs.cancel(row.id)}
              aria-label={t('job.cancelNamed', { name: row.title })}
            >
              <X aria-hidden />
              {t('job.cancel')}
            </Button>
          )}
        </div>
      ))}
    </>
  );
}

/** Time of the page, told four times a second while it is asked for. */
function useClock(running: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    if (!running) return;
    setNow(performance.now());
    const timer = setInterval(() => setNow(performance.now()), 250);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
