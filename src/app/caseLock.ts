// One tab writes a stored case. A lock ends with its page, however that ends.
const PREFIX = 'vesalius.case.';
const held = new Map<string, Promise<boolean>>();

/** False where another tab has it. Once it is had, it is had until the page ends: an undo may lead back to any case. */
export function holdCase(id: string): Promise<boolean> {
  const known = held.get(id);
  if (known !== undefined) return known;
  const asked = ask(id);
  held.set(id, asked);
  void asked.then((had) => {
    if (!had) held.delete(id);
  });
  return asked;
}

function ask(id: string): Promise<boolean> {
  // A page without locks has no storage either.
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(PREFIX + id, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<never>(() => undefined);
      })
      .catch(() => resolve(true));
  });
}

/** Cases that any tab has; null where that is not told. */
export async function heldCases(): Promise<ReadonlySet<string> | null> {
  const locks = (await navigator.locks?.query().catch(() => null))?.held;
  return locks
    ? new Set(locks.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])))
    : null;
}
