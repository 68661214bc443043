import { VesaliusError } from '#core/errors.ts';
import { nodeBuiltin } from './nodeBuiltin.ts';

/** The largest array buffer that engines make. */
const LARGEST_BUFFER = 2 ** 33;

/**
 * Refuses what cannot be allocated, before it is tried: a sparse file or a damaged header may ask for terabytes.
 * @throws VesaliusError 'too-large'
 */
export function refuseTooLarge(bytes: number, where: string, dims: readonly number[]): void {
  const limit = Math.min(LARGEST_BUFFER, memoryLimit());
  if (bytes <= limit) return;
  throw new VesaliusError({
    code: 'too-large',
    what: 'volume',
    where,
    expected: `at most ${gigabytes(limit)} of voxels on this machine`,
    got: `${dims.join(' × ')} voxels, ${gigabytes(bytes)}`,
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toPrecision(3)} GB`;
}

function memoryLimit(): number {
  const os = nodeBuiltin<{ totalmem(): number }>('node:os');
  if (!os) return Infinity;
  const { process } = globalThis as { process?: { constrainedMemory?: () => number } };
  const constrained = process?.constrainedMemory?.() ?? 0;
  return constrained > 0 ? Math.min(constrained, os.totalmem()) : os.totalmem();
}
