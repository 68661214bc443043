import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Cores that a bench can tie its processes to: where `taskset` is missing, none is tied and it says so. */
export const coresHere = availableParallelism();
export const pinNote = pinned ? '' : ' (not tied to cores: no taskset here)';

/** Runs a program on the first `cores` cores and parses the last line that it prints as JSON; null where it cannot run. */
export function runJson<Result>(
  cores: number,
  argv: readonly string[],
  env: Record<string, string> = {},
): Result | null {
  const [program, ...args] = pinned ? ['taskset', '-c', `0-${cores - 1}`, ...argv] : argv;
  const ran = spawnSync(program as string, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  if (ran.status !== 0) {
    const last = ran.stderr?.trim().split('\n').at(-1);
    if (last) console.error(`  ${argv.slice(0, 2).join(' ')}: ${last}`);
    return null;
  }
  return JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? 'null') as Result;
}

/** The most memory that a process ever held (Linux), by default this one; null elsewhere, and of one that has ended. */
export function peakBytes(pid: number | 'self' = 'self'): number | null {
  try {
    const kb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) * 1024;
  } catch {
    return null;
  }
}
