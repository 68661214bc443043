import { refusal } from './caseChecks.ts';
import { factKey } from './caseItems.ts';
import { LAST_SLOT } from './caseProjection.ts';
import type { VerbParts } from './caseVerbs.ts';

/**
 * Slots that are neither of living segments nor of those that a step, ours or a colleague's, may bring back.
 * @throws VesaliusError 'too-large' where there are not so many
 */
export function freeSlots(
  { items, undo, state }: Pick<VerbParts, 'items' | 'undo' | 'state'>,
  count: number,
): number[] {
  const taken = new Set(state().segments.map((each) => each.slot));
  for (const id of items.ids('segments').keys()) {
    const key = factKey('segments', id, 'alive');
    const by = (items.fact(key) ?? items.fact(factKey('segments', id, 'made')))?.[1];
    const { slot } = items.fields('segments', id);
    if (items.value(key) === true || undo.reaches(key) || by !== items.peer) taken.add(slot as number);
  }
  const free: number[] = [];
  for (let slot = 1; slot <= LAST_SLOT && free.length < count; slot++) if (!taken.has(slot)) free.push(slot);
  if (free.length < count)
    throw refusal('too-large', 'segments of a case', 'slot', `at most ${LAST_SLOT}`, taken.size + count);
  return free;
}
