import { formatPercent, formatSeconds } from '#i18n/format.ts';
import { tMaybe } from '#i18n/t.ts';
import type { JobState } from '#state/viewer.ts';
import { methodTitle } from './inspector.ts';

export interface JobRow {
  readonly id: number;
  readonly title: string;
  readonly stage: string;
  /** 0 to 1; null while how much there is to do is not known. */
  readonly share: number | null;
  readonly percent: string;
  /** '' while too little is done to tell. */
  readonly left: string;
}

/** @param nowMs on the clock of `startedMs` */
export function jobRow(job: JobState, nowMs: number): JobRow {
  const share = job.of > 0 ? Math.min(1, job.done / job.of) : null;
  const spent = nowMs - job.startedMs;
  const left = share !== null && share > 0.08 && share < 1 && spent > 1000 ? (spent / share - spent) / 1000 : null;
  return {
    id: job.id,
    title: tMaybe(job.title, { about: methodTitle(job.about) }),
    stage: job.stage === '' ? '' : tMaybe(`stage.${job.stage}`),
    share,
    percent: share === null ? '' : formatPercent(share),
    left: left !== null && left > 0.5 ? formatSeconds(left) : '',
  };
}
