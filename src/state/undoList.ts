// One ordered list of this peer's own steps, over facts of the document and operations of the journal.
import type { OperationId } from '#core/labelmap/operation.ts';
import type { CaseItems, FactChange, FactKey } from './caseItems.ts';
import type { Journal } from './journal.ts';
import type { HistoryStep } from './viewer.ts';

export interface StepDraft {
  readonly act: string;
  readonly about: string;
  readonly changes: readonly FactChange[];
  readonly operations: readonly OperationId[];
  /** Calls of one gesture are one step; null: a step of its own. */
  readonly gesture: string | null;
}

interface UndoStep {
  readonly id: number;
  readonly act: string;
  readonly about: string;
  readonly gesture: string | null;
  changes: FactChange[];
  /** Undone and redone by a revert, and a revert of that revert. */
  operations: { readonly made: OperationId; revert: OperationId | null }[];
}

export interface UndoList {
  /** Adds a step or grows the gesture that is going on. True where undone steps above it were forgotten. */
  push(draft: StepDraft): boolean;
  endGesture(): void;
  /** Both inside one transaction of the caller. Give how many changes were left, since a colleague changed the same after. */
  undo(): number;
  redo(): number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** How many undos (< 0) or redos (> 0) lead to where `id` is the newest step that stands; null where it is unknown. */
  distanceTo(id: number): number | null;
  /** From the newest open that stands; what came before it is reached by undoing that. */
  history(): HistoryStep[];
  /** Is this fact one that a step of the list could change? */
  reaches(key: FactKey): boolean;
  /** Forgets the oldest steps, `id` the last of them: they can no longer be undone. */
  forgetThrough(id: number): void;
  /** Ids of the steps with this act, oldest first. */
  stepsOf(act: string): number[];
}

export function createUndoList(items: CaseItems, journal: Journal): UndoList {
  let steps: UndoStep[] = [];
  /** Steps below this one stand. */
  let height = 0;
  let lastId = 0;
  let gesture: string | null = null;
  const reach = new Map<FactKey, number>();

  const reckon = (list: readonly UndoStep[], by: number) => {
    for (const step of list)
      for (const { key } of step.changes) {
        const left = (reach.get(key) ?? 0) + by;
        if (left > 0) reach.set(key, left);
        else reach.delete(key);
      }
  };

  /** Did a colleague build on what this change made: write to the record, paint in its layer, work on its volume? */
  const builtOn = (change: FactChange): boolean => {
    const { kind, id, field } = items.parts(change.key);
    if (field !== 'alive' || change.before?.[0] === true || change.after?.[0] !== true) return false;
    // All of a case lies on its first volume; on one that was laid over it, only the segments that say so.
    if (kind === 'volumes') return items.othersLive(items.value(`volumes/${id}/overlay`) === null ? undefined : id);
    if (kind !== 'segments' && kind !== 'measurements') return false;
    if (items.touchedByOthers(kind, id)) return true;
    const layer = kind === 'segments' ? items.fields(kind, id).layer : undefined;
    return typeof layer === 'string' && journal.paintedByOthers(layer);
  };

  const undoOne = (step: UndoStep): number => {
    // What others have built on is not taken away under their hands, and half of an act is never taken back.
    if (step.changes.some(builtOn)) return step.changes.length + step.operations.length;
    let left = 0;
    for (const change of step.changes.toReversed()) if (!items.replace(change.key, change.after, change.before)) left++;
    for (const operation of step.operations.toReversed())
      operation.revert = journal.append({ kind: 'revert', op: operation.made });
    return left;
  };

  const redoOne = (step: UndoStep): number => {
    let left = 0;
    for (const change of step.changes) if (!items.replace(change.key, change.before, change.after)) left++;
    for (const operation of step.operations) {
      if (operation.revert !== null) journal.append({ kind: 'revert', op: operation.revert });
      operation.revert = null;
    }
    return left;
  };

  const list: UndoList = {
    push(draft) {
      const last = steps[height - 1];
      if (draft.gesture !== null && draft.gesture === gesture && last !== undefined && height === steps.length) {
        reckon([last], -1);
        for (const change of draft.changes) {
          const at = last.changes.findIndex((each) => each.key === change.key);
          const first = last.changes[at];
          if (first === undefined) last.changes.push(change);
          else {
            // What a colleague wrote in the middle of the gesture is what its undo brings back.
            const theirs = change.before !== undefined && change.before[1] !== items.peer;
            last.changes[at] = { ...change, before: theirs ? change.before : first.before };
          }
        }
        reckon([last], 1);
        return false;
      }
      const forgotten = steps.splice(height);
      reckon(forgotten, -1);
      const step: UndoStep = {
        id: ++lastId,
        act: draft.act,
        about: draft.about,
        gesture: draft.gesture,
        changes: [...draft.changes],
        operations: draft.operations.map((made) => ({ made, revert: null })),
      };
      steps.push(step);
      reckon([step], 1);
      height++;
      gesture = draft.gesture;
      return forgotten.length > 0;
    },
    endGesture() {
      gesture = null;
    },
    undo() {
      gesture = null;
      const step = steps[height - 1];
      if (step === undefined) return 0;
      height--;
      return undoOne(step);
    },
    redo() {
      gesture = null;
      const step = steps[height];
      if (step === undefined) return 0;
      height++;
      return redoOne(step);
    },
    get canUndo() {
      return height > 0;
    },
    get canRedo() {
      return height < steps.length;
    },
    distanceTo(id) {
      const at = steps.findIndex((step) => step.id === id);
      return at < 0 ? null : at + 1 - height;
    },
    history() {
      const opened = steps.findLastIndex((step, at) => at < height && step.act === 'history.opened');
      return steps
        .slice(Math.max(0, opened))
        .map(({ id, act, about }, n) => ({ id, act, about, undone: n + Math.max(0, opened) >= height }));
    },
    reaches: (key) => reach.has(key),
    forgetThrough(id) {
      const end = steps.findIndex((step) => step.id === id) + 1;
      if (end === 0 || end > height) return;
      reckon(steps.slice(0, end), -1);
      steps = steps.slice(end);
      height -= end;
    },
    stepsOf: (act) => steps.filter((step) => step.act === act).map((step) => step.id),
  };
  return list;
}
