import type { Pool } from '#compute/pool.ts';
import { canShare } from '#compute/sharing.ts';
import type { Exact } from '#core/anatomy/body.ts';
import type { PhantomCase, PhantomSpec } from '#core/anatomy/phantomSpec.ts';
import { spacingOf } from '#core/space/affine.ts';
import type { Step } from '#core/steps.ts';
import { type Volume, voxelCount, voxelVolumeMm3 } from '#core/volume/volume.ts';

export interface PhantomSegment {
  /** The value in `labels`. */
  readonly id: number;
  readonly name: string;
  readonly group: string;
  readonly voxels: number;
  /** Of the voxels. */
  readonly volumeMl: number;
  /** Known by construction. */
  readonly exact: Exact;
}

export interface Phantom {
  readonly volume: Volume;
  /** Dense, i-fastest, the volume's grid; 0 outside the body. */
  readonly labels: Uint8Array;
  readonly segments: readonly PhantomSegment[];
}

export interface PhantomOptions {
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  /** How many of the pool's workers draw; all of them unless told. */
  readonly workers?: number;
}

const titles: Readonly<Record<PhantomCase, string>> = {
  thorax: 'Thorax phantom',
  abdomen: 'Abdomen phantom',
  head: 'Head phantom',
  geometry: 'Geometric objects',
};

/** A slab is at least this many layers and holds about this many voxels: small enough to share out evenly, large enough to be worth a message. */
const SLAB_VOXELS = 1 << 20;
/** A slab holds a multiple of this many layers, so that its blocks are the same whoever draws it. */
const LAYERS = 8;

/**
 * A synthetic CT of the case in HU, or an MR in signal units (int16), with its true labels, drawn slab by slab over the pool; the bytes do not depend on how
 * many workers draw. Voxels and labels lie in shared memory where there is any.
 * @throws VesaliusError 'cancelled' through `signal`, 'usage' for a spec that cannot be drawn
 */
export async function makePhantom(pool: Pool, spec: PhantomSpec, options: PhantomOptions = {}): Promise<Phantom> {
  const { signal, onStep } = options;
  const { dims, rasFromIjk } = spec;
  const [ni, nj, nk] = dims;
  const plane = ni * nj;
  const total = voxelCount(dims);
  const sharing = canShare();
  const scalars = new Int16Array(sharing ? new SharedArrayBuffer(2 * total) : new ArrayBuffer(2 * total));
  const labels = new Uint8Array(sharing ? new SharedArrayBuffer(total) : new ArrayBuffer(total));
  const run = { ...(signal ? { signal } : {}) };
  const thick =
    LAYERS *
    Math.max(1, Math.min(Math.round(SLAB_VOXELS / plane / LAYERS), Math.ceil(nk / LAYERS / Math.max(1, pool.size))));
  const starts: number[] = [];
  for (let k0 = 0; k0 < nk; k0 += thick) starts.push(k0);
  const counts = new Float64Array(256);
  const range: [number, number] = [32767, -32768];
  let finished = 0;
  const workers = Math.max(1, Math.min(options.workers ?? pool.size, pool.size, starts.length));
  const draw = async () => {
    for (let k0 = starts.shift(); k0 !== undefined; k0 = starts.shift()) {
      const k1 = Math.min(nk, k0 + thick);
      const slab = await pool.run('phantomSlab', [spec, k0, k1, sharing ? { scalars, labels } : null], run);
      if (slab.scalars) scalars.set(slab.scalars, k0 * plane);
      if (slab.labels) labels.set(slab.labels, k0 * plane);
      slab.counts.forEach((value, label) => {
        counts[label] = (counts[label] as number) + value;
      });
      range[0] = Math.min(range[0], slab.range[0]);
      range[1] = Math.max(range[1], slab.range[1]);
      finished += k1 - k0;
      onStep?.({ stage: 'phantom', done: finished, of: nk });
    }
  };
  const drawing = Promise.all(Array.from({ length: workers }, draw));
  // One failed slab ends the rest: nothing more is handed out.
  drawing.catch(() => starts.splice(0));
  await drawing;
  const table = await pool.run('phantomTable', [spec], run);
  const mr = (spec.contrast ?? 'ct') !== 'ct';
  const millilitres = voxelVolumeMm3(rasFromIjk) / 1000;
  return {
    volume: {
      header: {
        name: `${titles[spec.case]} ${spec.seed}`,
        dims,
        timepoints: 1,
        scalarType: 'i16',
        slope: 1,
        intercept: 0,
        rasFromIjk,
        spacing: spacingOf(rasFromIjk),
        modality: mr ? 'MR' : 'CT',
        modalityGuessed: false,
        unit: mr ? '' : 'HU',
        format: 'phantom',
        synthetic: true,
        warnings: [],
        storedRange: range,
      },
      scalars,
    },
    labels,
    segments: table.segments.map(({ name, group, exact }, n) => ({
      id: n + 1,
      name,
      group,
      voxels: counts[n + 1] as number,
      volumeMl: (counts[n + 1] as number) * millilitres,
      exact,
    })),
  };
}
