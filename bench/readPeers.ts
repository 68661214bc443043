// node readPeers.ts PEER PATH REPEATS: another reader in JavaScript or WebAssembly; prints one line of JSON.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { peakBytes } from './child.ts';

const [peer = '', path = '', repeats = '1'] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const files = statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path];
const bufferOf = (file: string): ArrayBuffer => new Uint8Array(readFileSync(file)).buffer;
const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../node_modules', name, 'package.json'), 'utf8')).version;

const peers: Readonly<Record<string, { readonly package: string; read(): Promise<number> }>> = {
  'nifti-reader-js': {
    package: 'nifti-reader-js',
    async read() {
      const nifti = await import('nifti-reader-js');
      let bytes = bufferOf(path);
      if (nifti.isCompressed(bytes)) bytes = nifti.decompress(bytes) as ArrayBuffer;
      const header = nifti.readHeader(bytes);
      if (!header) throw new Error('no header');
      return (nifti.readImage(header, bytes) as ArrayBuffer).byteLength;
    },
  },
  niivue: {
    package: '@niivue/niivue',
    async read() {
      const { NVImage } = await import('@niivue/niivue');
      // All of its other parameters have defaults, whatever its types say.
      const make = NVImage.new as unknown as (bytes: ArrayBuffer, name: string) => Promise<{ img?: ArrayBufferView }>;
      const image = await make.call(NVImage, bufferOf(path), 'scan.nii.gz');
      return image.img?.byteLength ?? 0;
    },
  },
  'itk-wasm image-io': {
    package: '@itk-wasm/image-io',
    async read() {
      const { readImageNode } = await import('@itk-wasm/image-io');
      return (await readImageNode(path)).data?.byteLength ?? 0;
    },
  },
  'itk-wasm dicom': {
    package: '@itk-wasm/dicom',
    async read() {
      const { readImageDicomFileSeriesNode } = await import('@itk-wasm/dicom');
      const { outputImage } = await readImageDicomFileSeriesNode({ inputImages: files });
      return outputImage.data?.byteLength ?? 0;
    },
  },
  daikon: {
    package: 'daikon',
    async read() {
      const daikon = require('daikon') as {
        Series: { new (): DaikonSeries; parseImage(view: DataView): unknown };
      };
      const series = new daikon.Series();
      for (const file of files) series.addImage(daikon.Series.parseImage(new DataView(bufferOf(file))));
      series.buildSeries();
      return new Promise((resolve) => series.concatenateImageData(null, (bytes) => resolve(bytes.byteLength)));
    },
  },
};
interface DaikonSeries {
  addImage(image: unknown): void;
  buildSeries(): void;
  concatenateImageData(progress: null, done: (bytes: ArrayBuffer) => void): void;
}

const chosen = peers[peer];
if (!chosen) throw new Error(`no peer ${peer}`);
const runs: number[] = [];
for (let n = 0; n < Number(repeats); n++) {
  const start = performance.now();
  const bytes = await chosen.read();
  runs.push(performance.now() - start);
  if (bytes === 0) throw new Error('nothing was read');
}
console.log(JSON.stringify({ version: versionOf(chosen.package), runs, peakBytes: peakBytes() }));
process.exit(0);
