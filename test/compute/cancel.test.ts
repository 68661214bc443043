import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Jobs, jobTable } from '#compute/jobTable.ts';
import { createPool, type Pool, type RunOptions } from '#compute/pool.ts';
import type { FromWorker } from '#compute/protocol.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affine } from '#core/space/affine.ts';
import { writeNifti } from '#io/nifti/write.ts';
import { scenario } from '../browser/jobs/scenario.ts';

type Call = (job: string, args: readonly unknown[], options: RunOptions) => Promise<unknown>;
interface Tried {
  readonly at: 'the start' | 'the first step';
  /** Code of its rejection; 'done' where it came to its end before it told a step. */
  readonly outcome: string;
  /** What the next job on the same worker gave. */
  readonly next: unknown;
}

const home = mkdtempSync(join(tmpdir(), 'vesalius-cancel-'));
const tried = new Map<string, Tried[]>();
/** Calls that a worker said something about after their last word. */
const talkedOn: number[] = [];
const inner = createPool(spawnNode, 1);
// Another one for what is cancelled: a kernel there may stand in the middle of its work.
const beside = createPool(spawnHeard, 1);

function spawnHeard() {
  const handle = spawnNode();
  const ended = new Set<number>();
  const hear = (message: FromWorker) => {
    if (ended.has(message.call)) talkedOn.push(message.call);
    if (message.kind !== 'step') ended.add(message.call);
  };
  handle.onMessage(hear);
  return handle;
}

async function cancelAt(at: Tried['at'], job: string, args: readonly unknown[]): Promise<Tried> {
  const abort = new AbortController();
  const running = (beside.run as Call)(job, args, {
    signal: abort.signal,
    ...(at === 'the first step' ? { onStep: () => abort.abort() } : {}),
  });
  if (at === 'the start') abort.abort();
  const outcome = await running.then(
    () => 'done',
    (thrown: { code?: string }) => thrown.code ?? String(thrown),
  );
  return { at, outcome, next: await beside.run('echo', [`after ${job}`, 2]) };
}

/** Runs each kind of job twice to be cancelled before it runs for good. */
const trying = {
  ...inner,
  async run<Name extends keyof Jobs>(job: Name, args: Parameters<Jobs[Name]>, options: RunOptions = {}) {
    const kind = job === 'segment' ? `segment ${(args[1] as { method: string }).method}` : job;
    if (!tried.has(kind)) {
      tried.set(kind, []);
      for (const at of ['the start', 'the first step'] as const) tried.get(kind)?.push(await cancelAt(at, job, args));
    }
    return (inner.run as Call)(job, args, options) as never;
  },
} satisfies Pool;

beforeAll(async () => {
  const dims = [24, 26, 22] as const;
  const scalars = Int16Array.from({ length: 24 * 26 * 22 }, (_, n) => (n * 37) % 401);
  const rasFromIjk = affine('ras', 'ijk', [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, -24, -26, -22, 1]);
  const disk = join(home, 'scan.nii');
  writeFileSync(disk, writeNifti({ dims, rasFromIjk, scalars }));
  await scenario(trying, { kind: 'disk', disk, path: 'scan.nii' });
}, 300_000);
afterAll(() => {
  inner.close();
  beside.close();
  rmSync(home, { recursive: true, force: true });
});

describe('every job, cancelled', () => {
  const all = () => [...tried].flatMap(([kind, each]) => each.map((one) => ({ kind, ...one })));

  it('is tried: each one of the table', () => {
    const kinds = new Set([...tried.keys()].map((kind) => kind.split(' ')[0]));
    // Works beside a reader in another worker, which it is cancelled with.
    kinds.add('decodeSlices');
    expect(Object.keys(jobTable).filter((job) => !kinds.has(job))).toEqual([]);
  });

  it('at its start, rejects as cancelled', () => {
    const others = all().filter(({ at, outcome }) => at === 'the start' && outcome !== 'cancelled');
    expect(others).toEqual([]);
  });

  it('at its first step, rejects as cancelled; without a step it comes to its end or says why not', () => {
    const steps = all().filter(({ at }) => at === 'the first step');
    expect(steps.filter(({ outcome }) => outcome === 'cancelled').length).toBeGreaterThan(20);
    // On a worker of its own, a part of an isosurface has nothing to be a part of.
    expect(steps.filter(({ outcome }) => !['cancelled', 'done', 'internal'].includes(outcome))).toEqual([]);
  });

  it('leaves its worker, or the one in its place, ready for the next job', () => {
    expect(all().filter(({ kind, next }) => next !== `after ${kind.split(' ')[0]}`)).toEqual([]);
  });

  it('says no more once it has ended', () => {
    expect(talkedOn).toEqual([]);
  });
});
