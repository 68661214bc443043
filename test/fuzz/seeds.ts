// Small sound files of every format, made here; where real ones are on this machine, some of those too.
import { readFileSync } from 'node:fs';
import { gzipSync, inflateSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { readCase } from '#core/case/migrate.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { affine } from '#core/space/affine.ts';
import { writeBundle } from '#io/bundle/write.ts';
import { DEFLATED, EXPLICIT_BIG, IMPLICIT_LITTLE } from '#io/dicom/transferSyntax.ts';
import { writeNifti } from '#io/nifti/write.ts';
import { arraysHeadBytes } from '#io/stored/arrays.ts';
import { readFrames } from '#io/stored/frames.ts';
import { labelsBytes } from '#io/stored/labels.ts';
import { dataFile } from '../data.ts';
import { ctSlice, type DataSet, dicomFile } from '../io/dicom/dicomFile.ts';
import { htj2k, jpeg, jpeg2000, jpegLossless, jpegLs, rle } from '../io/dicom/encoders.ts';
import { binaryStl, glb, icosphere, objText, plyText, vtkText } from '../io/mesh/meshes.ts';
import { SIZE, segFile } from '../io/segments/segFile.ts';
import { volumeHeader } from '../state/caseFixtures.ts';
import { labelmap } from './labelmap.ts';
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

const segNrrd = `NRRD0004\ntype: unsigned char\ndimension: 4\nspace: left-posterior-superior\nsizes: 2 5 3 2\nspace directions: none (0.5,0,0) (0,0.75,0) (0,0,2)\nkinds: list domain domain domain\nencoding: raw\nspace origin: (-10,20,100)\nSegment0_ID:=Segment_1\nSegment0_Name:=liver\nSegment0_Color:=0.86 0.5 0.4\nSegment0_LabelValue:=1\nSegment0_Layer:=0\nSegment0_Extent:=0 4 0 2 0 1\nSegment1_ID:=Segment_2\nSegment1_Name:=mass\nSegment1_LabelValue:=1\nSegment1_Layer:=1\n\n`;
const pixels = Array.from({ length: SIZE[0] * SIZE[1] }, (_, n) => (n % 3 === 0 ? 1 : 0));
const ball = icosphere(30, [10, -20, 30], 1);
const vtkFiles = JSON.parse(readFileSync(`${import.meta.dirname}/../oracle/meshes.json`, 'utf8')).files as Record<
  string,
  string
>;
const byVtk = (name: string) => new Uint8Array(Buffer.from(vtkFiles[name] as string, 'base64'));

function stlText(): Uint8Array {
  const point = (n: number) => [0, 1, 2].map((axis) => ball.positions[3 * n + axis]).join(' ');
  const facets = Array.from({ length: ball.triangles.length / 3 }, (_, n) => ball.triangles.slice(3 * n, 3 * n + 3));
  return text(
    `solid ball\n${facets.map((corners) => `facet normal 0 0 0\nouter loop\n${corners.map((n) => `vertex ${point(n)}\n`).join('')}endloop\nendfacet\n`).join('')}endsolid ball\n`,
  );
}

/** A square on each of two slices of the scan, one with a hole. */
function rtStruct(): Uint8Array {
  const square = (half: number, z: number): DataSet => ({
    x30060042: ['CS', 'CLOSED_PLANAR'],
    x30060046: ['IS', '4'],
    x30060050: [
      'DS',
      [-1, -1, 1, -1, 1, 1, -1, 1]
        .map((side, n) => (n % 2 ? 20 : -10) + half * side)
        .map((v, n) => (n % 2 ? `${v}\\${z}` : v))
        .join('\\'),
    ],
  });
  return dicomFile({
    x00080016: ['UI', '1.2.840.10008.5.1.4.1.1.481.3'],
    x00080060: ['CS', 'RTSTRUCT'],
    x30060020: ['SQ', { items: [{ x30060022: ['IS', '1'], x30060026: ['LO', 'liver'] }] }],
    x30060039: [
      'SQ',
      {
        items: [
          {
            x3006002a: ['IS', '255\\0\\0'],
            x30060040: ['SQ', { items: [square(20, 12), square(8, 12), square(15, 15)] }],
            x30060084: ['IS', '1'],
          },
        ],
      },
    ],
  });
}

/** Files of segments, of meshes, and of a case that is kept. */
function others(): readonly (readonly [ReaderId, string, Uint8Array])[] {
  // On the slices of the scan that the reader holds them against.
  const frames = [0, 1, 2].map((k) => ({ k, z: 30 + 3 * k, segment: (k % 2) + 1, pixels }));
  const names = '{"labels":{"background":0,"liver":1,"left kidney":2,"right kidney":3}}';
  return [
    ['segments', 'binary.dcm', segFile({ stepMm: 3, frames })],
    [
      'segments',
      'fractional.dcm',
      segFile({
        stepMm: 3,
        kind: 'FRACTIONAL',
        frames: frames.map((frame) => ({ ...frame, pixels: pixels.map((v) => 180 * v) })),
      }),
    ],
    ['segments', 'labelmap.dcm', segFile({ stepMm: 3, kind: 'LABELMAP', frames: frames.slice(0, 2) })],
    ['segments', 'rt.dcm', rtStruct()],
    [
      'segments',
      'a.seg.nrrd',
      joined(
        text(segNrrd),
        Uint8Array.from({ length: 60 }, (_, n) => n % 2),
      ),
    ],
    ['segments', 'labels.nii', labelmap],
    [
      'segments',
      'a.ctbl',
      text('# Color\n0 background 0 0 0 0\n1 liver 221 130 101 255\n2 kidney 185 102 83 255\n3 mass 144 238 144 255\n'),
    ],
    [
      'segments',
      'itksnap.txt',
      text(
        '################\n# ITK-SnAP Label Description File\n################\n    0     0    0    0        0  0  0    "Clear Label"\n    1   255    0    0        1  1  1    "liver"\n    2     0  255    0        1  1  1    "kidney"\n',
      ),
    ],
    ['segments', 'names.json', text(names)],
    [
      'segments',
      'names.csv',
      text('LabelValue,Name,Color_R,Color_G,Color_B\n1,liver,200,100,50\n2,"left, kidney",1,2,3\n'),
    ],
    ['mesh', 'ball.stl', binaryStl(ball)],
    ['mesh', 'text.stl', stlText()],
    ['mesh', 'ball.obj', objText(ball)],
    ['mesh', 'ball.ply', plyText(ball)],
    ['mesh', 'little.ply', byVtk('little.ply')],
    ['mesh', 'ball.vtk', vtkText(ball)],
    ['mesh', 'binary.vtk', byVtk('binary.vtk')],
    ['mesh', 'raw-zlib.vtp', byVtk('raw-zlib.vtp')],
    ['mesh', 'base64-zlib.vtp', byVtk('base64-zlib.vtp')],
    ['mesh', 'ball.glb', glb(ball)],
    ['stored', 'log.1', storedLog],
    ['stored', 'act', readFrames(storedLog).payloads[0] ?? new Uint8Array(0)],
    ['stored', 'manifest', readFileSync(`${import.meta.dirname}/../fixtures/stored/v1.manifest`)],
    [
      'stored',
      'labels',
      readFrames(
        labelsBytes(
          labelmapFromDense(
            Uint8Array.from({ length: 40_000 }, (_, n) => (n >> 4) % 3),
            [40, 40, 25],
          ),
        ),
      ).payloads[0] as Uint8Array,
    ],
    ['stored', 'arrays', arraysHeadBytes({ kind: 'volume', header: volumeHeader('ct', [5, 4, 3]), rgb: false })],
  ];
}
const storedLog = new Uint8Array(readFileSync(`${import.meta.dirname}/../fixtures/stored/v1.bin`));

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
    ...packedFiles,
    ...written(),
    ...others(),
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

/** Pictures of 64 × 48 in the syntaxes that pictures are packed in. */
async function packed(): Promise<readonly (readonly [ReaderId, string, Uint8Array])[]> {
  const [rows, columns] = [48, 64];
  const deep = Array.from({ length: rows * columns }, (_, n) => (37 * n + (n % 7) ** 3) % 4096);
  const grey = deep.map((value) => value >> 4);
  const colours = grey.flatMap((value) => [value, 255 - value, value >> 1]);
  const file = (stream: Uint8Array, syntax: string, bits: 8 | 16 = 16, more: DataSet = {}): Uint8Array =>
    dicomFile(
      ctSlice({
        position: [1, 2, 3],
        extra: {
          x00280010: ['US', [rows]],
          x00280011: ['US', [columns]],
          x00280100: ['US', [bits]],
          x00280101: ['US', [bits]],
          x00280102: ['US', [bits - 1]],
          x00280103: ['US', [0]],
          x7fe00010: ['OB', { fragments: [new Uint8Array(0), stream] }],
          ...more,
        },
      }),
      { syntax },
    );
  const rgb = { x00280002: ['US', [3]], x00280004: ['CS', 'RGB'], x00280006: ['US', [0]] } as const satisfies DataSet;
  const words = {
    rows,
    columns,
    bytes: new Uint8Array(Uint16Array.from(deep).buffer),
    bits: 16,
    components: 1,
  } as const;
  const bytes = { rows, columns, bytes: Uint8Array.from(grey), bits: 8, components: 1 } as const;
  const three = { ...bytes, bytes: Uint8Array.from(colours), components: 3 } as const;
  const lossless = { precision: 12, components: 1, predictor: 4, shift: 0, restart: 8 };
  const name = '1.2.840.10008.1.2.';
  return [
    ['volume', 'rle.dcm', file(rle(deep, 2), `${name}5`)],
    ['volume', 'rle-rgb.dcm', file(rle(colours, 1, 3), `${name}5`, 8, rgb)],
    ['volume', 'jpeg.dcm', file(await jpeg(bytes, 90), `${name}4.50`, 8)],
    [
      'volume',
      'progressive.dcm',
      file(await jpeg(three, 80, true), `${name}4.55`, 8, { ...rgb, x00280004: ['CS', 'YBR_FULL_422'] }),
    ],
    ['volume', 'lossless.dcm', file(jpegLossless(deep, columns, lossless), `${name}4.70`)],
    ['volume', 'jpegls.dcm', file(await jpegLs(words, 0), `${name}4.80`)],
    ['volume', 'jpeg2000.dcm', file(await jpeg2000(words), `${name}4.90`)],
    ['volume', 'htj2k.dcm', file(await htj2k(words), `${name}4.201`)],
    [
      'volume',
      'film.dcm',
      file(rle(deep, 2), `${name}5`, 16, {
        x00080060: ['CS', 'US'],
        x00200032: ['DS', ''],
        x00200037: ['DS', ''],
        x00280008: ['IS', '2'],
        x7fe00010: ['OB', { fragments: [new Uint8Array(0), rle(deep, 2), rle(deep, 2)] }],
      }),
    ],
    ['volume', 'deflated.dcm', dicomFile(slice, { syntax: DEFLATED })],
  ];
}
const packedFiles = await packed();

/** As VTK, nibabel and ITK have written them. */
const WRITTEN = {
  'VTK binary int16': 'a.vtk',
  'VTK text, a field': 'text.vtk',
  'MINC 1 int16, a scale for each slice, turned': 'a.mnc',
  'MINC 1 float32, two times, a long header': 'times.mnc',
  'MINC 2, x y z, turned, a range for each slice': 'two.mnc',
};
function written(): readonly (readonly [ReaderId, string, Uint8Array])[] {
  const files = JSON.parse(readFileSync(`${import.meta.dirname}/../oracle/itkFiles.json`, 'utf8')) as {
    name: string;
    bytes: string;
  }[];
  return Object.entries(WRITTEN).map(([title, name]) => {
    const file = files.find((each) => each.name === title);
    if (!file) throw new Error(`no ${title}`);
    return ['volume', name, new Uint8Array(inflateSync(Buffer.from(file.bytes, 'base64')))];
  });
}

/** Small real ones: their structure is richer than what is made here. */
const REAL: readonly (readonly [ReaderId, string])[] = [
  ['volume', 'damaged/ok.nii.gz'],
  ['volume', 'damaged/ok.nrrd'],
  ['volume', 'damaged/ok.dcm'],
  ['volume', 'nibabel/test.mgz'],
  ['volume', 'pydicom/rtdose.dcm'],
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
  const header = { ...volumeHeader('ct', [5, 4, 3]), rasFromIjk: affine('ras', 'ijk', first.rasFromIjk) };
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
