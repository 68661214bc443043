// Small sound files of every format, made here; where real ones are on this machine, some of those too.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { readCase } from '#core/case/migrate.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { affine } from '#core/space/affine.ts';
import { writeBundle } from '#io/bundle/write.ts';
import { EXPLICIT_BIG, IMPLICIT_LITTLE } from '#io/dicom/transferSyntax.ts';
import { writeNifti } from '#io/nifti/write.ts';
import { dataFile } from '../data.ts';
import { ctSlice, dicomFile } from '../io/dicom/dicomFile.ts';
import { volumeHeader } from '../state/caseFixtures.ts';
import type { ReaderId } from './readers.ts';

export interface Seed {
  readonly reader: ReaderId;
  /** A file name: it says what the file claims to be. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const voxels = new Uint8Array(Int16Array.from({ length: 60 }, (_, n) => 17 * n - 300).buffer);

const nifti = writeNifti({
  dims: [5, 4, 3],
  rasFromIjk: affine('ras', 'ijk', [-0.8, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 1.5, 0, 20, -30, 10, 1]),
  scalars: Int16Array.from({ length: 60 }, (_, n) => 17 * n - 300),
});
const nrrdHeader = `NRRD0005\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 5 4 3\nspace directions: (2,0,0) (0,3,0) (0,0,4)\nkinds: domain domain domain\nendian: little\nencoding: raw\nspace origin: (10,20,30)\n\n`;
const metaHeader = `ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nTransformMatrix = 0 1 0 -1 0 0 0 0 1\nOffset = 10 20 30\nElementSpacing = 2 3 4\nDimSize = 5 4 3\nElementType = MET_SHORT\nElementDataFile = LOCAL\n`;
const slice = ctSlice({ position: [1, 2, 3] });
const dicom = dicomFile(slice);

function mgh(): Uint8Array {
  const head = new DataView(new ArrayBuffer(284));
  [1, 5, 4, 3, 1, 4].forEach((word, n) => void head.setInt32(4 * n, word));
  head.setInt16(28, 1);
  [1, 1, 2, -1, 0, 0, 0, 0, -1, 0, 1, 0, 3, 4, 5].forEach((value, n) => void head.setFloat32(30 + 4 * n, value));
  return joined(new Uint8Array(head.buffer), voxels);
}

/** NIfTI’s header without its magic, the voxels in a file of their own. */
function analyze(): readonly Uint8Array[] {
  const head = nifti.slice(0, 348);
  head.fill(0, 344, 348);
  new DataView(head.buffer).setFloat32(108, 0, true);
  return [head, voxels];
}

function made(): Seed[] {
  const files: readonly (readonly [ReaderId, string, Uint8Array])[] = [
    ['volume', 'a.nii', nifti],
    ['volume', 'a.nii.gz', gzipSync(nifti)],
    ['volume', 'a.nrrd', joined(text(nrrdHeader), voxels)],
    ['volume', 'gz.nrrd', joined(text(nrrdHeader.replace('raw', 'gzip')), gzipSync(voxels))],
    ['volume', 'a.mha', joined(text(metaHeader), voxels)],
    ['volume', 'a.mgh', mgh()],
    ['volume', 'a.mgz', gzipSync(mgh())],
    ['volume', 'a.dcm', dicom],
    ['volume', 'implicit.dcm', dicomFile(slice, { syntax: IMPLICIT_LITTLE })],
    ['volume', 'big.dcm', dicomFile(slice, { syntax: EXPLICIT_BIG })],
    ['volume', 'bare', dicomFile(slice, { preamble: false })],
    [
      'volume',
      'study.zip',
      zipSync({ 'IM/1': dicom, 'IM/2': dicomFile(ctSlice({ position: [1, 2, 5], instance: 2 })) }),
    ],
    ['bundle', 'a.vesalius', bundled],
    ['pair', 'a.img', joined(...analyze())],
    ['case', 'case.json', readFileSync(`${import.meta.dirname}/../fixtures/case/v2.json`)],
    ['case', 'old.json', readFileSync(`${import.meta.dirname}/../fixtures/case/v1.json`)],
    [
      'operation',
      'paint.json',
      text(
        '{"kind":"paint","peer":"p","counter":1,"lamport":2,"layer":"l","edits":[{"brick":3,"runs":[0,5,1,9,4,2]}]}',
      ),
    ],
  ];
  return files.map(([reader, name, bytes]) => ({ reader, name, bytes }));
}

/** Small real ones: their structure is richer than what is made here. */
const REAL: readonly (readonly [ReaderId, string])[] = [
  ['volume', 'damaged/ok.nii.gz'],
  ['volume', 'damaged/ok.nrrd'],
  ['volume', 'damaged/ok.dcm'],
  ['volume', 'nibabel/test.mgz'],
  ['volume', 'dcmqi/23x38x3/multiframe/mf.dcm'],
];

/** Stored, not deflated, so that damage meets what is inside; the check sums of ZIP are not looked at by most of it. */
async function bundle(): Promise<Uint8Array> {
  const labels = labelmapFromDense(
    Uint8Array.from({ length: 60 }, (_, n) => n % 3),
    [5, 4, 3],
  );
  const document = readCase(JSON.parse(readFileSync(`${import.meta.dirname}/../fixtures/case/v2.json`, 'utf8')));
  const [first] = document.volumes;
  if (!first) throw new Error('the fixture has a volume');
  const record = { ...first, dims: [5, 4, 3] as [number, number, number] };
  const header = { ...volumeHeader('ct', [5, 4, 3]) };
  const parts: Uint8Array[] = [];
  const content = {
    document: { ...document, volumes: [record], segments: document.segments.slice(0, 1) },
    volumes: [{ id: record.id, volume: { header, scalars: Int16Array.from({ length: 60 }, (_, n) => n) } }],
    layers: [{ id: document.segments[0]?.layer ?? '', labels }],
    fields: [],
  };
  for await (const part of writeBundle(content, '2026-01-01T00:00:00Z')) parts.push(new Uint8Array(part));
  return zipSync(unzipSync(new Uint8Array(Buffer.concat(parts))), { level: 0 });
}
const bundled = await bundle();

export function seeds(): Seed[] {
  const real = REAL.flatMap(([reader, path]) => {
    const file = dataFile(path);
    return file === null ? [] : [{ reader, name: path.split('/').at(-1) as string, bytes: readFileSync(file) }];
  });
  return [...made(), ...real];
}
