import { extname } from 'node:path';
import { isosurface, prepareIsosurface, recycle } from '#compute/isosurface.ts';
import type { Pool } from '#compute/pool.ts';
import { userColors } from '#core/case/tissues.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { areaMm2 } from '#core/mesh/areaMm2.ts';
import { edgeCensus } from '#core/mesh/edgeCensus.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { spacingOf } from '#core/space/affine.ts';
import type { Volume, VolumeHeader } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { writeGlb } from '#io/gltf/write.ts';
import type { FileParts, NamedMesh } from '#io/meshFile.ts';
import { writeObj } from '#io/obj/write.ts';
import { writePly } from '#io/ply/write.ts';
import { writeStl } from '#io/stl/write.ts';
import { type CommandLine, parseCommandLine, usage } from '../arguments.ts';
import { countAtLeast, type LabelsOfFile, plainLabels, readLabelsOf } from '../labels.ts';
import type { Command } from '../main.ts';
import { ensureWritable, writeWhole } from '../output.ts';
import { withPool } from '../pool.ts';
import { clearStep, showStep } from '../progress.ts';
import { readOne } from '../readOne.ts';
import { firstTimepoint, geometryOf, printJson, printWarnings, rounded, voxelMl } from '../report.ts';
import { startTiming, type Timing } from '../timing.ts';

const writers: Readonly<Record<string, (meshes: readonly NamedMesh[], quantize: boolean) => FileParts>> = {
  '.glb': (meshes, quantize) => writeGlb(meshes, { quantize }),
  '.stl': (meshes) => writeStl(meshes),
  '.obj': (meshes) => writeObj(meshes),
  '.ply': (meshes) => writePly(meshes),
};

interface Made {
  readonly id: number;
  readonly name: string;
  readonly voxels: number;
  readonly color: string | null;
  readonly mesh: Mesh;
  readonly errorMm?: number;
}

export const meshCommand: Command = {
  help: `vesalius mesh <input> [--series N|UID] [--iso V [--coarser N] | --labels FILE] [--smooth N] [--triangles N]
              [--workers N] [--repeat N] [--quantize] --out out.glb|.stl|.obj|.ply [--json]

The isosurface of a scan at a value (rescaled units: HU in CT), or the surfaces of segments with shared borders.
--labels FILE   a labelmap, .seg.nrrd, DICOM SEG, RTSTRUCT or a closed mesh (STL, OBJ, PLY, VTK, GLB)
--coarser N     of means over blocks of N × N × N voxels (2, 3 or 4); labels are never averaged
--smooth N      passes over the surfaces of a labelmap (0: none)
--triangles N   simplifies to about N triangles in all, within half a voxel
--quantize      int16 positions in the GLB (KHR_mesh_quantization)
Example: vesalius mesh head.nii.gz --iso 90 --triangles 200000 --out head.glb --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      series: { type: 'string' },
      coarser: { type: 'string' },
      iso: { type: 'string' },
      labels: { type: 'string' },
      smooth: { type: 'string' },
      triangles: { type: 'string' },
      workers: { type: 'string' },
      repeat: { type: 'string' },
      quantize: { type: 'boolean' },
      out: { type: 'string' },
      json: { type: 'boolean' },
    });
    const wish = wishOf(line);
    const timing = startTiming();
    timing.end('start');
    ensureWritable(wish.out);

    const warnings: Warning[] = [];
    await withPool(wish.workers, async (pool) => {
      // The workers start while the file is read.
      const ready = wish.iso === undefined ? null : prepareIsosurface(pool);
      // Where reading fails first, its error is the one to tell.
      ready?.catch(() => undefined);
      const scan = await readOne(wish.input, { series: line.text('series'), coarser: wish.coarser, pool });
      const labels =
        wish.labels === undefined
          ? null
          : wish.labels === wish.input
            ? plainLabels(scan)
            : await readLabelsOf(wish.labels, scan);
      const moment = wish.iso !== undefined || wish.labels === wish.input ? firstTimepoint(scan.header) : [];
      warnings.push(...scan.header.warnings, ...moment, ...(labels?.warnings ?? []));
      const grid: VolumeHeader = labels
        ? { ...scan.header, ...labels.grid, spacing: spacingOf(labels.grid.rasFromIjk) }
        : scan.header;
      const make = () => (labels ? labelMeshes(pool, labels, wish) : isoMesh(pool, scan, wish.iso as number));
      timing.end('read');

      const meshRuns: number[] = [];
      await ready;
      let made = await make();
      timing.end('mesh');
      for (let n = 0; n < wish.repeat; n++) {
        // What is given back is written over: the surface is made anew each time, memory is not.
        for (const { mesh } of made) recycle(mesh);
        const start = performance.now();
        made = await make();
        meshRuns.push(performance.now() - start);
        timing.end('repeat');
      }
      if (wish.triangles !== undefined) made = await simplifyAll(pool, made, wish.triangles, grid, warnings);
      timing.end('simplify');
      clearStep();
      await report(made, grid, scan, wish, line.flag('json'), warnings, timing, meshRuns);
    });
  },
};

type Wish = ReturnType<typeof wishOf>;

function wishOf(line: CommandLine) {
  if (line.positionals.length !== 1) throw usage('input', 'one file, folder or URL', line.positionals.length);
  const out = line.required('out');
  const writer = writers[extname(out).toLowerCase()];
  if (!writer) throw usage('--out', `a name ending in ${Object.keys(writers).join(' ')}`, out);
  const iso = line.number('iso');
  const labels = line.text('labels');
  if ((iso === undefined) === (labels === undefined))
    throw usage('--iso, --labels', 'one of them', iso === undefined ? 'none' : 'both');
  const coarser = line.coarser();
  if (coarser && labels !== undefined)
    throw usage('--coarser, --labels', 'one of them, since labels are never averaged', 'both');
  if (line.flag('quantize') && extname(out).toLowerCase() !== '.glb') throw usage('--quantize', 'a .glb', out);
  return {
    input: line.positionals[0] as string,
    out,
    writer,
    iso,
    labels,
    coarser,
    quantize: line.flag('quantize'),
    smooth: line.number('smooth', { whole: true, min: 0, max: 1000 }),
    triangles: line.number('triangles', { whole: true, min: 4 }),
    workers: line.number('workers', { whole: true, min: 1, max: 256 }),
    repeat: line.number('repeat', { whole: true, min: 0, max: 10_000 }) ?? 0,
  };
}

async function isoMesh(pool: Pool, { header, scalars }: Volume, iso: number): Promise<Made[]> {
  const mesh = await isosurface(pool, { ...header, scalars }, iso, { onStep: showStep, workers: pool.size });
  return [{ id: 1, name: `isosurface ${iso}`, voxels: 0, color: null, mesh }];
}

/** Layer by layer: segments of one share their borders. */
async function labelMeshes(pool: Pool, { grid, layers, segments }: LabelsOfFile, wish: Wish): Promise<Made[]> {
  const { labelSurfaces } = await import('#compute/surfaceNets.ts');
  const made: Made[] = [];
  for (const [layer, values] of layers.entries()) {
    const surfaces = await labelSurfaces(pool, labelmapFromDense(values, grid.dims), grid.rasFromIjk, {
      onStep: showStep,
      workers: pool.size,
      ...(wish.smooth === undefined ? {} : { iterations: wish.smooth }),
    });
    for (const mesh of surfaces) {
      const known = segments.find((segment) => segment.layer === layer && segment.value === mesh.value);
      const { name, voxels, color } = known ?? { name: `label ${mesh.value}`, voxels: 0, color: null };
      made.push({ id: mesh.value, name, voxels, color, mesh });
    }
  }
  return made;
}

/** Shares the goal out by size; a mesh that is small already keeps what it has. */
async function simplifyAll(
  pool: Pool,
  made: readonly Made[],
  goal: number,
  grid: VolumeHeader,
  warnings: Warning[],
): Promise<Made[]> {
  const { simplify } = await import('#compute/simplify.ts');
  const total = made.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0);
  const voxelMm = Math.min(...grid.spacing);
  const result: Made[] = [];
  for (const one of made) {
    const triangles = Math.max(4, Math.round((goal * one.mesh.triangles.length) / 3 / Math.max(1, total)));
    const {
      mesh,
      errorMm,
      warnings: said,
    } = await simplify(pool, one.mesh, { triangles, voxelMm, onStep: showStep, workers: pool.size });
    warnings.push(...said);
    result.push({ ...one, mesh, errorMm });
  }
  return result;
}

async function report(
  made: readonly Made[],
  grid: VolumeHeader,
  scan: Volume,
  wish: Wish,
  json: boolean,
  warnings: readonly Warning[],
  timing: Timing,
  meshRuns: readonly number[],
): Promise<void> {
  const named = made.map(({ name, mesh, color }, index) => ({
    name,
    mesh,
    color: color ?? (userColors[index % userColors.length] as string),
  }));
  const segments = made.map(({ id, name, voxels: counted, mesh, errorMm }) => {
    // Voxels at or above the isovalue are counted once, outside the time of meshing.
    const voxels = wish.iso === undefined ? counted : countAtLeast(scan, wish.iso);
    const census = edgeCensus(mesh);
    return {
      id,
      name,
      voxels,
      volumeMl: rounded(voxels * voxelMl(grid), 6),
      meshVolumeMl: rounded(signedVolumeMm3(mesh) / 1000, 6),
      triangles: mesh.triangles.length / 3,
      vertices: mesh.positions.length / 3,
      surfaceMm2: rounded(areaMm2(mesh), 3),
      closed: census.closed,
      boundaryEdges: census.boundaryEdges,
      ...(errorMm === undefined ? {} : { errorMm: rounded(errorMm, 4) }),
    };
  });
  timing.end('measure');
  await writeWhole(wish.out, (write) => {
    for (const part of wish.writer(named, wish.quantize)) write(part);
  });
  timing.end('write');
  if (json) {
    printJson({
      ms: { ...timing.report(), ...(wish.repeat > 0 ? { meshRuns } : {}) },
      ...geometryOf(grid),
      segments,
      warnings,
    });
    return;
  }
  for (const { name, triangles, vertices, volumeMl, closed } of segments) {
    console.log(
      `${name}: ${triangles} triangles, ${vertices} vertices, ${volumeMl.toFixed(1)} ml, ${closed ? 'closed' : 'open at the scan’s border'}`,
    );
  }
  printWarnings(warnings);
}
