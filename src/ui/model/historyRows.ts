import { tMaybe } from '#i18n/t.ts';
import type { HistoryStep } from '#state/viewer.ts';
import { nameOf } from './structures.ts';

export interface HistoryRow {
  readonly id: number;
  readonly text: string;
  readonly undone: boolean;
  /** The newest step that stands. */
  readonly present: boolean;
}

/** Newest first; what was undone lies above the present step. */
export function historyRows(history: readonly HistoryStep[]): HistoryRow[] {
  const present = history.filter(({ undone }) => !undone).at(-1)?.id;
  return history
    .map((step) => ({
      id: step.id,
      text: stepText(step),
      undone: step.undone,
      present: step.id === present,
    }))
    .reverse();
}

const stepText = ({ act, about }: Pick<HistoryStep, 'act' | 'about'>): string =>
  // A scan's title stays as its file wrote it; structures are named as in their list.
  tMaybe(act, { about: act === 'history.opened' ? about : nameOf(about) }).trim();
