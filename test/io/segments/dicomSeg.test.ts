import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { affine, transform } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { DEFLATED, EXPLICIT_BIG, IMPLICIT_LITTLE } from '#io/dicom/transferSyntax.ts';
import { hexOfCieLab } from '#io/segments/cielab.ts';
import { type FileSegments, readSegments } from '#io/segments/readSegments.ts';
import { DEFLATED_FRAMES } from '#io/segments/segHeader.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import { source } from '../dicom/dicomFile.ts';
import { type SegSpec, SIZE, segFile, segSource } from './segFile.ts';

const COUNT = SIZE[0] * SIZE[1];
/** The CT of these segmentations: 13 × 7 × 5 voxels. */
const scan: ScanGrid = {
  name: 'CT',
  dims: [13, 7, 5],
  rasFromIjk: affine('ras', 'ijk', [-0.5, 0, 0, 0, 0, -0.75, 0, 0, 0, 0, 2.5, 0, 10, -20, 100, 1]),
  seriesUid: '1.2.3.4',
  frameOfReferenceUid: '1.2.3.8',
};
const random = fc.sample(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: COUNT, maxLength: COUNT }), {
  numRuns: 12,
  seed: 5,
});
const on = (...voxels: number[]) => Array.from({ length: COUNT }, (_, n) => (voxels.includes(n) ? 1 : 0));

async function open(spec: SegSpec, scans: readonly ScanGrid[] = [scan]): Promise<FileSegments> {
  const [set] = await finishAsync(readSegments([segSource(spec)], scans));
  return set as FileSegments;
}
/** What a segment holds in plane k of the scan. */
function plane(set: FileSegments, number: number, k: number): number[] {
  const segment = set.segments.find(({ value }) => value === number);
  const layer = set.layers[segment?.layer ?? -1] as Uint8Array;
  return [...layer.subarray(k * COUNT, (k + 1) * COUNT)].map((value) => (value === number ? 1 : 0));
}
const failure = async (spec: SegSpec | Uint8Array<ArrayBuffer>, scans = [scan]) => {
  const file = spec instanceof Uint8Array ? source(spec, 'seg.dcm') : segSource(spec);
  return finishAsync(readSegments([file], scans)).then(() => 'opened', String);
};

describe('DICOM SEG', () => {
  it('BINARY: frames in any order, planes left out, segments over each other, on the scan’s grid', async () => {
    const frames = [
      { segment: 2, k: 3, pixels: random[0] as number[] },
      { segment: 1, k: 1, pixels: random[1] as number[] },
      { segment: 1, k: 3, pixels: random[2] as number[] },
      { segment: 2, k: 1, pixels: random[3] as number[] },
    ];
    const set = await open({ frames });
    expect(set.grid).toEqual({ dims: scan.dims, rasFromIjk: scan.rasFromIjk });
    expect(set.warnings).toEqual([]);
    expect(set.layers.length).toBe(2);
    for (const { segment, k, pixels } of frames) expect(plane(set, segment, k)).toEqual(pixels);
    for (const k of [0, 2, 4]) for (const number of [1, 2]) expect(plane(set, number, k)).toEqual(on());
    expect(set.segments.map(({ voxels }) => voxels)).toEqual(
      [1, 2].map(
        (s) =>
          frames
            .filter(({ segment }) => segment === s)
            .flatMap(({ pixels }) => pixels)
            .filter(Boolean).length,
      ),
    );
  });

  it('takes as many layers as the most segments over one voxel, where two or three do', async () => {
    const apart = await open({ frames: [1, 2, 3].map((segment) => ({ segment, k: 0, pixels: on(segment) })) });
    expect(apart.layers.length).toBe(1);
    const chain = await open({
      frames: [1, 2, 3, 4].map((segment) => ({ segment, k: 0, pixels: on(segment, segment + 1) })),
    });
    expect(chain.layers.length).toBe(2);
    const all = await open({ frames: [1, 2, 3].map((segment) => ({ segment, k: 0, pixels: on(7, segment) })) });
    expect(all.layers.length).toBe(3);
  });

  for (const syntax of [IMPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED])
    it(`reads the bits of ${syntax}`, async () => {
      const frames = [0, 1, 2].map((k) => ({ k, pixels: random[k] as number[] }));
      // Bytes are kept in words in a big-endian file when the value is OW; here they are OB.
      const set = await open({ frames, syntax });
      for (const { k, pixels } of frames) expect(plane(set, 1, k)).toEqual(pixels);
    });

  it('reads frames of bits deflated by themselves, and bytes of RLE', async () => {
    const frames = [0, 1].map((k) => ({ k, pixels: random[k] as number[] }));
    for (const spec of [
      { frames, syntax: DEFLATED_FRAMES, pack: (bytes: Uint8Array) => deflateSync(bytes) },
      { frames, bits: 8 as const, syntax: '1.2.840.10008.1.2.5', pack: rle },
    ]) {
      const set = await open(spec);
      for (const { k, pixels } of frames) expect(plane(set, 1, k)).toEqual(pixels);
    }
  });

  it('FRACTIONAL: from a half on, and says so', async () => {
    const set = await open({
      kind: 'FRACTIONAL',
      frames: [{ k: 0, pixels: on().map((_, n) => (n < 3 ? 99 + n : 0)) }],
    });
    expect(plane(set, 1, 0)).toEqual(on(1, 2));
    expect(set.warnings).toMatchObject([{ code: 'labels-fractional', kept: 'voxels from PROBABILITY 0.5 on' }]);
  });

  it('LABELMAP of 16 bits: values are numbers, a true segment 0 gets a free one, padding is none', async () => {
    const segments = [
      { number: 0, label: 'zero' },
      { number: 300, label: 'three hundred' },
    ];
    const set = await open({
      kind: 'LABELMAP',
      bits: 16,
      segments,
      frames: [{ k: 2, pixels: on().map((_, n) => (n < 2 ? 0 : n === 2 ? 300 : 7)) }],
      extra: { x00280120: ['US', [7]] },
    });
    expect(set.segments).toMatchObject([
      { value: 301, name: 'zero', voxels: 2 },
      { value: 300, name: 'three hundred', voxels: 1 },
    ]);
    expect(plane(set, 300, 2)).toEqual(on(2));
    expect(await failure({ kind: 'LABELMAP', segments, frames: [{ k: 0, pixels: on(5) }] })).toMatch(
      /PixelData: expected numbers of SegmentSequence, got 1 in frame 1/,
    );
  });

  it('takes name, code and colour; CIELab is ICC’s, of D50', async () => {
    const set = await open({
      frames: [{ k: 0, pixels: on(1) }],
      segments: [{ number: 1, label: 'Leber', code: ['SCT', '10200004', 'Liver'], lab: [65535, 32896, 32896] }],
    });
    expect(set.segments[0]).toMatchObject({
      name: 'Leber',
      code: { scheme: 'SCT', value: '10200004', meaning: 'Liver' },
      tissue: 'liver',
      group: 'digestive',
      color: '#ffffff',
      madeBy: 'MANUAL',
    });
    // sRGB red, green and blue as ICC's sRGB profile has them in PCS Lab (D50): 54.29 80.81 69.89, 87.82 −79.27 80.99, 29.57 68.30 −112.03.
    const words = (l: number, a: number, b: number) =>
      [(l / 100) * 65535, ((a + 128) / 255) * 65535, ((b + 128) / 255) * 65535] as [number, number, number];
    const near = (hex: string, rgb: readonly number[]) => {
      for (const [n, value] of rgb.entries())
        expect(Math.abs(Number.parseInt(hex.slice(1 + 2 * n, 3 + 2 * n), 16) - value)).toBeLessThanOrEqual(1);
    };
    near(hexOfCieLab(words(54.29, 80.81, 69.89)), [255, 0, 0]);
    near(hexOfCieLab(words(87.82, -79.27, 80.99)), [0, 255, 0]);
    near(hexOfCieLab(words(29.57, 68.3, -112.03)), [0, 0, 255]);
    near(hexOfCieLab(words(53.585, 0, 0)), [128, 128, 128]);
  });

  it('without a scan lies on a grid of its own, from its first plane to its last', async () => {
    const set = await open({ frames: [1, 3].map((k) => ({ k, pixels: on(k) })), stepMm: null }, []);
    // Nothing says the step but the frames: 5 mm.
    expect(set.grid.dims).toEqual([13, 7, 2]);
    const said = await open({ frames: [1, 3].map((k) => ({ k, pixels: on(k) })) }, []);
    expect(said.grid.dims).toEqual([13, 7, 3]);
    expect(transform(said.grid.rasFromIjk, [0, 0, 0])).toEqual([10, -20, 102.5]);
  });

  it('that belongs to another scan is refused; the same frame of reference is enough', async () => {
    const frames = [{ k: 0, pixels: on(1) }];
    expect(await failure({ frames, seriesUid: '9.9', frameOfReferenceUid: '9.8' })).toMatch(
      /seg\.dcm: FrameOfReferenceUID: expected segments of the scan CT .*, got those of series 9\.9/,
    );
    expect((await open({ frames, seriesUid: '9.9' })).warnings).toMatchObject([{ code: 'labels-other-series' }]);
    expect((await open({ frames, frameOfReferenceUid: '9.8' })).warnings).toMatchObject([
      { code: 'labels-other-frame' },
    ]);
  });

  it('picks the scan that it was drawn on among several', async () => {
    const other: ScanGrid = { ...scan, name: 'other', seriesUid: '7', dims: [5, 5, 5] };
    expect((await open({ frames: [{ k: 0, pixels: on(1) }] }, [other, scan])).scan).toBe(1);
  });

  const frames = [{ k: 0, pixels: on(1) }];
  const damaged: readonly (readonly [string, SegSpec | Uint8Array<ArrayBuffer>, RegExp])[] = [
    [
      'pixels that end early',
      segFile({ frames: [0, 1, 2, 3].map((k) => ({ k, pixels: on(1) })) }).slice(0, -20),
      /PixelData: expected 46 bytes, got 26/,
    ],
    [
      'a billion frames',
      { frames, extra: { x00280008: ['IS', '999999999'] } },
      /NumberOfFrames: expected 1 to 1000000, got 999999999/,
    ],
    [
      'more frames than groups',
      { frames, extra: { x00280008: ['IS', '2'], x7fe00010: ['OB', new Uint8Array(24)] } },
      /PerFrameFunctionalGroupsSequence: expected 2 items/,
    ],
    [
      'a segment that is not listed',
      {
        frames: [{ k: 0, segment: 4, pixels: on(1) }],
        segments: [
          { number: 1, label: 'a' },
          { number: 2, label: 'b' },
        ],
      },
      /ReferencedSegmentNumber: expected a segment of SegmentSequence, got 4 for frame 1/,
    ],
    [
      'a number twice',
      {
        frames,
        segments: [
          { number: 1, label: 'a' },
          { number: 1, label: 'b' },
        ],
      },
      /SegmentNumber: expected another number for each segment, got 1 twice/,
    ],
    [
      'a frame twice',
      { frames: [...frames, ...frames] },
      /PerFrameFunctionalGroupsSequence: expected one frame for each segment and plane, got segment 1 twice in plane 1/,
    ],
    ['no segment', { frames, segments: [] }, /SegmentSequence: expected at least one segment, got none/],
    [
      'another kind',
      { frames, extra: { x00620001: ['CS', 'SURFACE'] } },
      /SegmentationType: expected BINARY, FRACTIONAL or LABELMAP, got SURFACE/,
    ],
    [
      'frames that lie askew',
      { frames: [...frames, { k: 1, pixels: on(1), orientation: '1\\0\\0\\0\\0.8\\0.6' }] },
      /ImageOrientationPatient: expected frames that all lie the same way, got another for frame 2/,
    ],
    [
      'frames without a common step',
      { frames: [0, 1, 2.2, 5.35].map((k) => ({ k, pixels: on(1) })) },
      /ImagePositionPatient: expected planes in even steps/,
    ],
    [
      'two frames a mile apart',
      {
        frames: [
          { k: 0, pixels: on(1) },
          { k: 600000, pixels: on(1) },
        ],
      },
      /ImagePositionPatient: expected at most 20000 planes/,
    ],
    [
      'bits of the wrong number',
      { frames, extra: { x00280100: ['US', [12]] } },
      /BitsAllocated: expected 1 or 8 \(BINARY\), got 12/,
    ],
  ];
  for (const [name, spec, words] of damaged)
    it(`${name}: refused in words`, async () => expect(await failure(spec)).toMatch(words));

  it('cut anywhere is refused or opened, never anything else', async () => {
    const whole = segFile({
      frames: [0, 1, 2].map((k) => ({ k, segment: (k % 2) + 1, pixels: random[k] as number[] })),
    });
    for (let length = 140; length < whole.length; length += 37) {
      const said = await failure(whole.slice(0, length));
      expect(said).toMatch(/^(opened$|VesaliusError: )/);
      expect(said).not.toMatch(/internal|program/);
    }
  });
});

/** Literal runs alone: one plane of bytes. */
function rle(bytes: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(64));
  head.setUint32(0, 1, true);
  head.setUint32(4, 64, true);
  const runs: number[] = [];
  for (let n = 0; n < bytes.length; n += 128)
    runs.push(Math.min(128, bytes.length - n) - 1, ...bytes.subarray(n, n + 128));
  return Uint8Array.from([...new Uint8Array(head.buffer), ...runs]);
}
