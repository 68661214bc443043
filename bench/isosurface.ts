import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Dims } from '#core/volume/volume.ts';
import { coresHere, pinNote, runJson } from './child.ts';
import { absent, type BenchRow, benchRow, measured, type Peer } from './row.ts';

interface Case {
  readonly name: string;
  readonly kind: 'u8' | 'i16';
  readonly dims: Dims;
  readonly iso: number;
  readonly bytes: Uint8Array;
}
interface Ran {
  readonly version?: string;
  readonly first: number;
  readonly runs: number[];
  readonly peakBytes: number | null;
  readonly vertices: number;
  readonly triangles: number;
}

const python = process.env.PYTHON ?? '/usr/bin/python3';
const here = (file: string) => join(import.meta.dirname, file);

/** The isosurface with gradient normals beside vtkFlyingEdges3D and vtk.js: one worker and two, warm and first run, at growing sizes. */
export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-bench-'));
  const rows: BenchRow[] = [];
  try {
    for (const make of cases()) rows.push(...rowsOf(make(), join(folder, 'volume.raw')));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}

function rowsOf({ name, kind, dims, iso, bytes }: Case, raw: string): BenchRow[] {
  writeFileSync(raw, bytes);
  const volume = [raw, kind, ...dims.map(String), String(iso)];
  const small = bytes.length < 32e6;
  const repeats = small ? 20 : 6;
  const vtkjs = runJson<Ran>(1, [process.execPath, here('isosurfaceVtkjs.ts'), ...volume, small ? '2' : '1']);
  const vtkjsPeer: Peer = vtkjs
    ? {
        name: 'vtk.js marching cubes',
        version: vtkjs.version ?? null,
        msMin: measured(vtkjs.runs, null).msMin,
        peakBytes: vtkjs.peakBytes,
      }
    : absent('vtk.js marching cubes');
  const rows: BenchRow[] = [];
  for (const cores of [1, 2]) {
    if (cores > coresHere) continue;
    // In turns, so that a busy moment of the machine meets both.
    const ours: Ran[] = [];
    const theirs: Ran[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const own = runJson<Ran>(cores, [
        process.execPath,
        here('isosurfaceOurs.ts'),
        ...volume,
        String(cores),
        String(repeats),
      ]);
      if (!own) throw new Error(`the isosurface of ${name} failed`);
      ours.push(own);
      const vtk = runJson<Ran>(cores, [
        python,
        here('isosurfaceVtk.py'),
        ...volume,
        String(cores),
        String(Math.ceil(repeats / 2)),
      ]);
      if (vtk) theirs.push(vtk);
      if (vtk && (vtk.vertices !== own.vertices || vtk.triangles !== own.triangles))
        throw new Error(
          `${name}: VTK has ${vtk.vertices} vertices and ${vtk.triangles} triangles, we ${own.vertices} and ${own.triangles}`,
        );
    }
    const peak = Math.max(...ours.map((ran) => ran.peakBytes ?? 0)) || null;
    const variant = `${cores} worker${cores > 1 ? 's' : ''} on ${cores} core${cores > 1 ? 's' : ''}${pinNote}`;
    const vtk = (ms: (ran: Ran) => number[]): Peer =>
      theirs[0]
        ? {
            name: 'vtkFlyingEdges3D',
            version: theirs[0].version ?? null,
            msMin: measured(theirs.flatMap(ms), null).msMin,
            peakBytes: Math.max(...theirs.map((ran) => ran.peakBytes ?? 0)) || null,
          }
        : absent('vtkFlyingEdges3D');
    const size = `${dims.join('×')} ${kind}, ${ours[0]?.triangles ?? 0} triangles`;
    rows.push(
      benchRow(
        'isosurface',
        `${name} ${size}, warm`,
        variant,
        measured(
          ours.flatMap((ran) => ran.runs),
          peak,
        ),
        [vtk((ran) => ran.runs), vtkjsPeer],
      ),
      benchRow(
        'isosurface',
        `${name} ${size}, first run of a process`,
        variant,
        measured(
          ours.map((ran) => ran.first),
          peak,
        ),
        [vtk((ran) => [ran.first])],
      ),
    );
  }
  return rows;
}

function* cases(): Generator<() => Case> {
  const head = join(process.env.VESALIUS_DATA ?? join(import.meta.dirname, '../../shared/data'), 'mricron/ch2.nii.gz');
  try {
    const file = gunzipSync(readFileSync(head));
    yield () => ({ name: 'T1 head ch2 at 90', kind: 'u8', dims: [181, 217, 181], iso: 90, bytes: file.subarray(352) });
  } catch {
    console.error(`  ${head} is not here: the head is left out`);
  }
  for (const scale of [4, 2, 1])
    yield () => {
      const dims: Dims = [512 / scale, 512 / scale, 300 / scale];
      return { name: 'CT phantom at 200', kind: 'i16', dims, iso: 200, bytes: new Uint8Array(thorax(dims).buffer) };
    };
}

/** A thorax in Hounsfield units, roughly: a body with two lungs, vessels in them, a spine, ribs, and noise. */
function thorax([ni, nj, nk]: Dims): Int16Array<ArrayBuffer> {
  const voxels = new Int16Array(ni * nj * nk);
  let noise = 12345;
  for (let k = 0, n = 0; k < nk; k++) {
    const z = (k / nk - 0.5) * 300;
    for (let j = 0; j < nj; j++) {
      const y = (j / nj - 0.5) * 360;
      for (let i = 0; i < ni; i++, n++) {
        const x = (i / ni - 0.5) * 360;
        noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
        let value = -1000;
        const body = (x / 160) ** 2 + (y / 110) ** 2;
        if (body < 1) {
          const rib = Math.abs(body - 0.8) < 0.05 && (z + 1000 + 0.3 * Math.abs(y)) % 25 < 9;
          const lung = ((Math.abs(x) - 70) / 55) ** 2 + (y / 75) ** 2 + (z / 170) ** 2 < 1;
          const vessel = Math.sin(x * 0.31) + Math.sin(y * 0.37 + z * 0.05) + Math.sin(z * 0.29) > 2.3;
          const spine = x * x + (y - 70) ** 2 < 22 ** 2 && (z + 1000) % 32 < 27;
          value = rib ? 700 : spine ? 420 : lung ? (vessel ? 260 : -850) : body > 0.9 ? -90 : 45;
        }
        voxels[n] = value + ((noise >> 24) * 20) / 128;
      }
    }
  }
  return voxels;
}
