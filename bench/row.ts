/** One line of a bench: ours beside its peers, the same work on the same data in the same run. */
export interface BenchRow {
  readonly bench: string;
  readonly case: string;
  readonly ours: Measured & { readonly variant: string };
  /** A peer that is not installed stands here too, with null figures. */
  readonly peers: readonly Peer[];
  /** Fastest peer ÷ ours, by minima: above 1 is faster. null where no peer is there. */
  readonly ratio: number | null;
  /** What the figures alone do not say. */
  readonly note?: string;
  /** A bound that the work is held against, and what was found. */
  readonly goal?: { readonly what: string; readonly atMost: number; readonly got: number };
}

export interface Measured {
  readonly msMin: number;
  readonly msMedian: number;
  /** Of the whole process; null where the system does not tell. */
  readonly peakBytes: number | null;
  /** Of a bench of memory: the peak ÷ the bytes of the voxels. */
  readonly overVoxels?: number;
}

export interface Peer {
  readonly name: string;
  readonly version: string | null;
  readonly msMin: number | null;
  readonly peakBytes: number | null;
  /** This peer ÷ ours. */
  readonly ratio?: number;
}

export function benchRow(
  bench: string,
  name: string,
  variant: string,
  ours: Measured,
  peers: readonly Peer[],
): BenchRow {
  const there = peers.flatMap((peer) => (peer.msMin === null ? [] : [peer.msMin]));
  return {
    bench,
    case: name,
    ours: { variant, ...ours },
    peers: peers.map((peer) => (peer.msMin === null ? peer : { ...peer, ratio: round(peer.msMin / ours.msMin) })),
    ratio: there.length > 0 ? round(Math.min(...there) / ours.msMin) : null,
  };
}

export function absent(name: string): Peer {
  return { name, version: null, msMin: null, peakBytes: null };
}

export function measured(runs: readonly number[], peakBytes: number | null): Measured {
  const sorted = [...runs].sort((a, b) => a - b);
  return {
    msMin: round(sorted[0] ?? Number.NaN),
    msMedian: round(sorted[sorted.length >> 1] ?? Number.NaN),
    peakBytes,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
