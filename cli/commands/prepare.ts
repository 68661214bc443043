import { firstLooks } from '#compute/firstLook.ts';
import { methods } from '#compute/methods/registry.ts';
import { newSegments } from '#compute/newSegments.ts';
import type { Pool } from '#compute/pool.ts';
import { segment } from '#compute/segment.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { CASE_VERSION, type CaseDocument, type SegmentRecord } from '#core/case/schema.ts';
import { firstWindow, middleOf, volumeRecord } from '#core/case/volumeRecord.ts';
import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { areaMm2 } from '#core/mesh/areaMm2.ts';
import { edgeCensus } from '#core/mesh/edgeCensus.ts';
import type { SegmentMesh } from '#core/mesh/mesh.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { writeBundle } from '#io/bundle/write.ts';
import { writeGlb } from '#io/gltf/write.ts';
import { type CommandLine, parseCommandLine, usage } from '../arguments.ts';
import type { Command } from '../main.ts';
import { ensureWritable, writeWhole } from '../output.ts';
import { withPool } from '../pool.ts';
import { clearStep, showStep } from '../progress.ts';
import { readOne } from '../readOne.ts';
import { geometryOf, printJson, printWarnings, rounded } from '../report.ts';
import { startTiming } from '../timing.ts';

const VOLUME = 'v-1';

export const prepare: Command = {
  help: `vesalius prepare <input> [--series N|UID] [--coarser N] [--preset NAME]… --out case.vesalius [--json]

A case in one file for the page and the headset: the scan (NIfTI), its segments (NIfTI labels), their surfaces (GLB), and what is
known of them (JSON), in a ZIP. --preset names methods of \`vesalius methods\`; without it, what fits the scan is made.
--coarser N keeps means over blocks of N × N × N voxels (2, 3 or 4) in place of the scan, and says so on the case.
Example: vesalius prepare chest/ --preset ct-body --preset ct-lungs --out chest.vesalius --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      series: { type: 'string' },
      coarser: { type: 'string' },
      preset: { type: 'string', multiple: true },
      workers: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean' },
    });
    const { input, presets, out } = wishOf(line);
    const workers = line.number('workers', { whole: true, min: 1, max: 256 });
    const coarser = line.coarser();
    const timing = startTiming();
    timing.end('start');
    ensureWritable(out);
    await withPool(workers, async (pool) => {
      const volume = await readOne(input, { series: line.text('series'), coarser, pool });
      timing.end('read');
      const { document, layers, warnings } = await makeCase(pool, volume, presets);
      timing.end('segment');
      const meshes = await surfacesOf(pool, volume, document, layers);
      clearStep();
      timing.end('mesh');
      const content = { document, volumes: [{ id: VOLUME, volume }], layers, fields: [] };
      const glb = writeGlb(meshes.map(({ mesh, segment: { name, color } }) => ({ name, color, mesh })));
      await writeWhole(out, async (write) => {
        for await (const bytes of writeBundle(content, new Date().toISOString(), glb)) write(bytes);
      });
      timing.end('write');
      const segments = meshes.map(({ segment: { value, name, voxels, volumeMl, layer }, mesh }) => {
        const { closed, boundaryEdges } = edgeCensus(mesh);
        return {
          id: value,
          name,
          layer,
          voxels,
          volumeMl: rounded(volumeMl, 6),
          triangles: mesh.triangles.length / 3,
          vertices: mesh.positions.length / 3,
          surfaceMm2: rounded(areaMm2(mesh), 3),
          closed,
          boundaryEdges,
        };
      });
      timing.end('measure');
      const said = [...volume.header.warnings, ...warnings];
      if (line.flag('json')) {
        printJson({ ms: timing.report(), ...geometryOf(volume.header), segments, warnings: said });
        return;
      }
      for (const { name, volumeMl, triangles } of segments)
        console.log(`${name}: ${volumeMl.toFixed(1)} ml, ${triangles} triangles`);
      printWarnings(said);
    });
  },
};

function wishOf(line: CommandLine) {
  if (line.positionals.length !== 1) throw usage('input', 'one file, folder or URL', line.positionals.length);
  const out = line.required('out');
  if (!/\.vesalius$/i.test(out)) throw usage('--out', 'a name ending in .vesalius', out);
  const presets = line.texts('preset');
  for (const preset of presets) {
    const known = methods.find(({ id }) => id === preset);
    if (!known) throw usage('--preset', `one of ${methods.map(({ id }) => id).join(' ')}`, preset);
  }
  return { input: line.positionals[0] as string, presets, out };
}

interface Prepared {
  readonly document: CaseDocument;
  readonly layers: readonly { readonly id: string; readonly labels: LabelmapData }[];
  readonly warnings: readonly Warning[];
}

/** Each method's result is a layer of its own: bone lies inside the body. */
async function makeCase(pool: Pool, volume: Volume, presets: readonly string[]): Promise<Prepared> {
  const { header } = volume;
  const asked = presets.map((method) => ({ method, isovalue: null, opacity: 1 }));
  const layers: { id: string; labels: LabelmapData }[] = [];
  const segments: SegmentRecord[] = [];
  const warnings: Warning[] = [];
  for (const { method, isovalue, opacity } of presets.length > 0 ? asked : firstLooks(header.modality)) {
    const found = await segment(pool, volume, { method }, { onStep: showStep });
    warnings.push(...found.warnings);
    const labels = labelmapFromDense(found.labels, header.dims);
    const layer = `l-${layers.length + 1}`;
    const look = { opacity, isovalue, automatic: presets.length === 0 };
    const made = newSegments({ method }, found, labels, header, look, segments.length);
    if (made.length > 0) layers.push({ id: layer, labels });
    for (const each of made) {
      const slot = segments.length + 1;
      segments.push({ ...each, id: `s-${slot}`, slot, layer, volume: VOLUME });
    }
  }
  const document: CaseDocument = {
    version: CASE_VERSION,
    title: header.name,
    volumes: [volumeRecord(VOLUME, header)],
    segments,
    measurements: [],
    crosshair: middleOf(header),
    window: firstWindow(header),
  };
  return { document, layers, warnings };
}

async function surfacesOf(
  pool: Pool,
  { header }: Volume,
  { segments }: CaseDocument,
  layers: Prepared['layers'],
): Promise<{ readonly segment: SegmentRecord; readonly mesh: SegmentMesh }[]> {
  const made: { segment: SegmentRecord; mesh: SegmentMesh }[] = [];
  for (const { id, labels } of layers) {
    const meshes = await labelSurfaces(pool, labels, header.rasFromIjk, { onStep: showStep, workers: pool.size });
    for (const own of segments) {
      const mesh = own.layer === id ? meshes.find(({ value }) => value === own.value) : undefined;
      if (mesh) made.push({ segment: own, mesh });
    }
  }
  return made;
}
