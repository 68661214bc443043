import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coresHere, pinNote, runJson } from './child.ts';
import { SYNTAXES, type Syntax, writeDicomCt, writeNiftiCt } from './readData.ts';
import { absent, type BenchRow, benchRow, measured, type Peer } from './row.ts';

interface Ran {
  readonly version?: string;
  readonly runs: number[];
  readonly peakBytes: number | null;
}

const python = process.env.PYTHON ?? '/usr/bin/python3';
const here = (file: string) => join(import.meta.dirname, file);
const SLICES = 300;

/**
 * A file or a folder to a volume in RAS beside the readers that browsers and Python have: NIfTI, and DICOM in five codings.
 * @param wanted cases to run, by name
 */
export async function run(wanted: (name: string) => boolean = () => true): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-bench-'));
  const rows: BenchRow[] = [];
  try {
    const ch2 = join(process.env.VESALIUS_DATA ?? here('../../shared/data'), 'mricron/ch2.nii.gz');
    if (wanted('ch2 nii.gz') && existsSync(ch2)) rows.push(...beside('ch2 nii.gz', ch2, NIFTI, 12));
    else if (wanted('ch2 nii.gz')) console.log(`absent: ${ch2}`);
    for (const slices of [75, SLICES]) {
      const name = `512×512×${slices} nii.gz`;
      if (!wanted(name)) continue;
      const file = writeNiftiCt(folder, slices);
      rows.push(...beside(name, file, NIFTI, slices < SLICES ? 6 : 4));
      rmSync(file);
    }
    for (const syntax of Object.keys(SYNTAXES) as Syntax[]) {
      const name = `512×512×${SLICES} DICOM ${syntax}`;
      if (!wanted(name)) continue;
      const place = await writeDicomCt(folder, SLICES, syntax);
      rows.push(...beside(name, place, DICOM, SLOW.has(syntax) ? 2 : 3));
      rmSync(place, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}

/** Half a minute for some peers: once is enough to lose by. */
const SLOW: ReadonlySet<Syntax> = new Set(['j2k', 'rle', 'jpegll', 'jpegls']);
type Asked = readonly [name: string, program: 'node' | 'python', id: string];
const NIFTI: readonly Asked[] = [
  ['nifti-reader-js', 'node', 'nifti-reader-js'],
  ['niivue', 'node', 'niivue'],
  ['itk-wasm image-io', 'node', 'itk-wasm image-io'],
  ['nibabel', 'python', 'nibabel'],
  ['VTK', 'python', 'vtk'],
  ['ITK', 'python', 'itk'],
];
const DICOM: readonly Asked[] = [
  ['daikon', 'node', 'daikon'],
  ['itk-wasm dicom', 'node', 'itk-wasm dicom'],
  ['pydicom', 'python', 'pydicom'],
  ['GDCM', 'python', 'gdcm'],
  ['ITK', 'python', 'itk'],
];

function beside(name: string, path: string, asked: readonly Asked[], repeats: number): BenchRow[] {
  const ours = [1, 2].filter((cores) => cores <= coresHere);
  const turns = new Map<number, Ran[]>();
  const theirs = new Map<string, Ran[]>();
  // In turns, so that a busy moment of the machine meets all.
  for (let turn = 0; turn < 2; turn++) {
    for (const workers of ours) {
      const ran = runJson<Ran>(coresHere, [
        process.execPath,
        here('readOurs.ts'),
        path,
        String(workers),
        String(repeats),
      ]);
      if (!ran) throw new Error(`reading ${name} failed`);
      turns.set(workers, [...(turns.get(workers) ?? []), ran]);
    }
    for (const [peer, program, id] of asked) {
      const argv = program === 'node' ? [process.execPath, here('readPeers.ts')] : [python, here('readPeers.py')];
      if (turn > 0 && slow(theirs.get(peer))) continue;
      const ran = runJson<Ran>(coresHere, [...argv, id, path, repeats > 4 ? '4' : '1']);
      if (ran) theirs.set(peer, [...(theirs.get(peer) ?? []), ran]);
    }
  }
  const peers = asked.map(([peer]): Peer => {
    const ran = theirs.get(peer);
    if (!ran) return absent(peer);
    const { msMin } = measured(
      ran.flatMap(({ runs }) => runs),
      null,
    );
    return { name: peer, version: ran[0]?.version ?? null, msMin, peakBytes: most(ran) };
  });
  return ours.map((workers) => {
    const ran = turns.get(workers) as Ran[];
    const figures = measured(
      ran.flatMap(({ runs }) => runs),
      most(ran),
    );
    return benchRow('read', name, `${workers} worker${workers > 1 ? 's' : ''}${pinNote}`, figures, peers);
  });
}

const slow = (ran: readonly Ran[] | undefined): boolean => (ran?.[0]?.runs[0] ?? 0) > 8000;
const most = (ran: readonly Ran[]): number | null => {
  const peaks = ran.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
  return peaks.length > 0 ? Math.max(...peaks) : null;
};
