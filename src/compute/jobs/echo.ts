import type { Steps } from '#core/steps.ts';

/** Counts to `of` in steps of about a millisecond and gives the value back: what pool and cancel are tried with. */
export function* echo<Value>(value: Value, of: number): Steps<Value> {
  for (let done = 0; done < of; done++) {
    const end = performance.now() + 1;
    while (performance.now() < end);
    yield { stage: 'echo', done: done + 1, of };
  }
  return value;
}
