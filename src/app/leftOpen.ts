// Which case was open when the page ended: one that is closed takes its mark away, one that crashed leaves it.
import { heldCases } from './caseLock.ts';

const PREFIX = 'vesalius.open.';
const TAB = 'vesalius.tab';
/** A case that ends the page each time it is opened is not opened a third time by itself. */
const TRIES = 2;

/** A page that was killed may have its lock for a moment longer. */
const [GRACE_MS, GRACES] = [100, 3] as const;

/** The case to bring back; null: none, as where another tab has it. `ended`: the page did not end by itself. */
export async function leftOpen(): Promise<{ readonly id: string; readonly ended: boolean } | null> {
  try {
    const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const marks = Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ id: key.slice(PREFIX.length), ...(JSON.parse(localStorage[key]) as Mark) }))
      .filter(({ tries }) => tries < TRIES)
      .sort((a, b) => b.at - a.at);
    for (const mark of marks) {
      if (await isHeld(mark.id)) continue;
      localStorage[PREFIX + mark.id] = JSON.stringify({ at: mark.at, tries: mark.tries + 1 });
      return { id: mark.id, ended: true };
    }
    const own = sessionStorage.getItem(TAB);
    return entry?.type === 'reload' && own ? { id: own, ended: false } : null;
  } catch {
    // Storage that is forbidden or holds what another program wrote: the start page then.
    return null;
  }
}

async function isHeld(id: string): Promise<boolean> {
  for (let n = 0; n < GRACES; n++) {
    if (!(await heldCases())?.has(id)) return false;
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
  }
  return true;
}

interface Mark {
  readonly at: number;
  readonly tries: number;
}

/** '' where no case is open. */
export function markOpen(id: string, now: number): void {
  try {
    const own = sessionStorage.getItem(TAB);
    if (own && own !== id) localStorage.removeItem(PREFIX + own);
    sessionStorage.setItem(TAB, id);
    if (id !== '') localStorage[PREFIX + id] = JSON.stringify({ at: now, tries: 0 } satisfies Mark);
  } catch {
    // As above.
  }
}

export function unmarkOpen(id: string): void {
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {
    // As above.
  }
}

/** Marks of cases that no page has open any more and that were not brought back: they stand in the list of kept ones. */
export function forgetLeftOpen(held: ReadonlySet<string>): void {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith(PREFIX) && !held.has(key.slice(PREFIX.length))) localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
