import { extname } from 'node:path';
import { isosurface, prepareIsosurface, recycle } from '#compute/isosurface.ts';
import type { Pool } from '#compute/pool.ts';
import { userColors } from '#core/case/tissues.ts';
import { countLabels, denseLabels } from '#core/labelmap/denseLabels.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { areaMm2 } from '#core/mesh/areaMm2.ts';
import { edgeCensus } from '#core/mesh/edgeCensus.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { writeGlb } from '#io/gltf/write.ts';
import type { FileParts, NamedMesh } from '#io/meshFile.ts';
import { writeObj } from '#io/obj/write.ts';
import { writePly } from '#io/ply/write.ts';
import { writeStl } from '#io/stl/write.ts';
import { type CommandLine, parseCommandLine, usage } from '../arguments.ts';
import { countAtLeast, sameGridWarning } from '../labels.ts';
import type { Command } from '../main.ts';
import { ensureWritable, writeWhole } from '../output.ts';
import { withPool } from '../pool.ts';
import { clearStep, showStep } from '../progress.ts';
import { readOne } from '../readOne.ts';
import { geometryOf, printJson, printWarnings, rounded, voxelMl } from '../report.ts';
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
  readonly mesh: Mesh;
  readonly errorMm?: number;
}

export const meshCommand: Command = {
  help: `vesalius mesh <input> [--series N|UID] [--iso V | --labels FILE] [--smooth N] [--triangles N] [--workers N]
              [--repeat N] [--quantize] --out out.glb|.stl|.obj|.ply [--json]

The isosurface of a scan at a value (rescaled units: HU in CT), or the surfaces of a labelmap with shared borders.
--smooth N      passes over the surfaces of a labelmap (0: none)
--triangles N   simplifies to about N triangles in all, within half a voxel
--quantize      int16 positions in the GLB (KHR_mesh_quantization)
Example: vesalius mesh head.nii.gz --iso 90 --triangles 200000 --out head.glb --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      series: { type: 'string' },
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
      const scan = await readOne(wish.input, line.text('series'));
      const labels = wish.labels === undefined ? null : wish.labels === wish.input ? scan : await readOne(wish.labels);
      warnings.push(...scan.header.warnings, ...(labels && labels !== scan ? labels.header.warnings : []));
      if (labels) warnings.push(...sameGridWarning(scan.header, labels.header));
      const grid = labels ?? scan;
      timing.end('read');

      const meshRuns: number[] = [];
      await ready;
      let made = await makeMeshes(pool, grid, wish);
      timing.end('mesh');
      for (let n = 0; n < wish.repeat; n++) {
        // What is given back is written over: the surface is made anew each time, memory is not.
        for (const { mesh } of made) recycle(mesh);
        const start = performance.now();
        made = await makeMeshes(pool, grid, wish);
        meshRuns.push(performance.now() - start);
        timing.end('repeat');
      }
      if (wish.triangles !== undefined) made = await simplifyAll(pool, made, wish.triangles, grid, warnings);
      timing.end('simplify');
      clearStep();
      await report(made, grid, wish, line.flag('json'), warnings, timing, meshRuns);
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
  if (line.flag('quantize') && extname(out).toLowerCase() !== '.glb') throw usage('--quantize', 'a .glb', out);
  return {
    input: line.positionals[0] as string,
    out,
    writer,
    iso,
    labels,
    quantize: line.flag('quantize'),
    smooth: line.number('smooth', { whole: true, min: 0, max: 1000 }),
    triangles: line.number('triangles', { whole: true, min: 4 }),
    workers: line.number('workers', { whole: true, min: 1, max: 256 }),
    repeat: line.number('repeat', { whole: true, min: 0, max: 10_000 }) ?? 0,
  };
}

async function makeMeshes(pool: Pool, { header, scalars }: Volume, wish: Wish): Promise<Made[]> {
  if (wish.iso !== undefined) {
    const mesh = await isosurface(pool, { ...header, scalars }, wish.iso, { onStep: showStep, workers: pool.size });
    return [{ id: 1, name: `isosurface ${wish.iso}`, voxels: 0, mesh }];
  }
  const { labelSurfaces } = await import('#compute/surfaceNets.ts');
  const dense = denseLabels({ header, scalars });
  const counts = countLabels(dense);
  const surfaces = await labelSurfaces(pool, labelmapFromDense(dense, header.dims), header.rasFromIjk, {
    onStep: showStep,
    workers: pool.size,
    ...(wish.smooth === undefined ? {} : { iterations: wish.smooth }),
  });
  return surfaces.map((mesh) => ({
    id: mesh.value,
    name: `label ${mesh.value}`,
    voxels: counts.get(mesh.value) ?? 0,
    mesh,
  }));
}

/** Shares the goal out by size; a mesh that is small already keeps what it has. */
async function simplifyAll(
  pool: Pool,
  made: readonly Made[],
  goal: number,
  grid: Volume,
  warnings: Warning[],
): Promise<Made[]> {
  const { simplify } = await import('#compute/simplify.ts');
  const total = made.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0);
  const voxelMm = Math.min(...grid.header.spacing);
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
  grid: Volume,
  wish: Wish,
  json: boolean,
  warnings: readonly Warning[],
  timing: Timing,
  meshRuns: readonly number[],
): Promise<void> {
  const named = made.map(({ name, mesh }, index) => ({
    name,
    mesh,
    color: userColors[index % userColors.length] as string,
  }));
  const segments = made.map(({ id, name, voxels: counted, mesh, errorMm }) => {
    // Voxels at or above the isovalue are counted once, outside the time of meshing.
    const voxels = wish.iso === undefined ? counted : countAtLeast(grid, wish.iso);
    const census = edgeCensus(mesh);
    return {
      id,
      name,
      voxels,
      volumeMl: rounded(voxels * voxelMl(grid.header), 6),
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
      ...geometryOf(grid.header),
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
