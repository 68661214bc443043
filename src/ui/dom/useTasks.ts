import { useEffect, useState } from 'react';

/** Counts to `last`, one with each task: what is made in one would hold the page for as long as all of it takes. */
export function useTasks(last: number): number {
  const [made, setMade] = useState(0);
  useEffect(() => {
    if (made >= last) return;
    const next = setTimeout(() => setMade(made + 1));
    return () => clearTimeout(next);
  }, [made, last]);
  return made;
}
