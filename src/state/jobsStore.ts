// Long work under way, what failed, and short notices.
import { createStore } from 'zustand/vanilla';
import { asVesaliusError, fieldsOf, VesaliusError } from '#core/errors.ts';
import type { JobState, JobsState, Viewer } from './viewer.ts';

export interface JobsAmbient {
  now(): number;
  /** Calls back once after `ms`, like setTimeout. */
  after(ms: number, then: () => void): void;
}

/** ms that a notice stays: long enough to be read twice. */
const NOTICE_MS = 5000;

export function createJobsStore({ now, after }: JobsAmbient): Viewer['jobs'] {
  let lastId = 0;
  const aborts = new Map<number, AbortController>();
  const store = createStore<JobsState>()(() => ({ jobs: [], errors: [], notices: [] }));
  const change = (id: number, patch: Partial<JobState>) =>
    store.setState(({ jobs }) => ({ jobs: jobs.map((job) => (job.id === id ? { ...job, ...patch } : job)) }));

  return Object.assign(store, {
    verbs: {
      async run<Result>(
        title: string,
        about: string,
        work: (job: {
          signal: AbortSignal;
          step(stage: string, done: number, of: number): void;
          show(picture: JobState['picture']): void;
        }) => Promise<Result>,
      ): Promise<Result> {
        const id = ++lastId;
        const abort = new AbortController();
        aborts.set(id, abort);
        const job: JobState = { id, title, about, stage: '', done: 0, of: 0, startedMs: now() };
        store.setState(({ jobs }) => ({ jobs: [...jobs, job] }));
        try {
          return await work({
            signal: abort.signal,
            step: (stage, done, of) => {
              // What a cancelled worker still reports is of no interest any more.
              if (!abort.signal.aborted) change(id, { stage, done, of });
            },
            show: (picture) => picture && change(id, { picture }),
          });
        } catch (thrown) {
          const error = abort.signal.aborted ? cancelled(title) : asVesaliusError(thrown);
          if (error.code !== 'cancelled') {
            const card = { id: ++lastId, error: fieldsOf(error) };
            store.setState(({ errors }) => ({ errors: [...errors, card] }));
          }
          throw error;
        } finally {
          aborts.delete(id);
          store.setState(({ jobs }) => ({ jobs: jobs.filter((each) => each.id !== id) }));
        }
      },
      cancel(id: number) {
        aborts.get(id)?.abort();
      },
      dismissError(id: number) {
        store.setState(({ errors }) => ({ errors: errors.filter((card) => card.id !== id) }));
      },
      notify(text: string, about: string) {
        const notice = { id: ++lastId, text, about };
        store.setState(({ notices }) => ({ notices: [...notices, notice] }));
        after(NOTICE_MS, () =>
          store.setState(({ notices }) => ({ notices: notices.filter((each) => each.id !== notice.id) })),
        );
      },
    },
  });
}

function cancelled(title: string): VesaliusError {
  return new VesaliusError({ code: 'cancelled', what: title, where: 'job', expected: 'to go on', got: 'a cancel' });
}
