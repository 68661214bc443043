// vtk.js marching cubes on one raw volume, in a process of its own.   usage: isosurfaceVtkjs.ts RAW TYPE NI NJ NK ISO REPEATS
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray.js';
import vtkImageData from '@kitware/vtk.js/Common/DataModel/ImageData.js';
// @ts-expect-error its types are missing
import vtkImageMarchingCubes from '@kitware/vtk.js/Filters/General/ImageMarchingCubes.js';
import { peakBytes } from './child.ts';

const [raw, kind, ni, nj, nk, iso, repeats] = process.argv.slice(2) as [string, string, ...string[]];
const bytes = readFileSync(raw);
const values =
  kind === 'u8' ? new Uint8Array(bytes) : new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
const image = vtkImageData.newInstance();
image.setDimensions(Number(ni), Number(nj), Number(nk));
(image as unknown as { getPointData(): { setScalars(array: unknown): void } })
  .getPointData()
  .setScalars(vtkDataArray.newInstance({ name: 'values', numberOfComponents: 1, values }));
const runs: number[] = [];
let triangles = 0;
for (let n = 0; n < Number(repeats); n++) {
  const filter = vtkImageMarchingCubes.newInstance({
    contourValue: Number(iso),
    computeNormals: true,
    mergePoints: true,
  });
  filter.setInputData(image);
  const start = performance.now();
  filter.update();
  runs.push(performance.now() - start);
  triangles = filter.getOutputData().getPolys().getData().length / 4;
}
const { version } = createRequire(import.meta.url)('@kitware/vtk.js/package.json') as { version: string };
console.log(JSON.stringify({ version, runs, peakBytes: peakBytes(), triangles }));
