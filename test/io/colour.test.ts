import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourSink } from '#io/colour.ts';
import { finishAsync } from '#core/steps.ts';
import { readVolume } from '#io/readVolume.ts';
import { memorySource, read } from './memorySource.ts';
import { niftiFile } from './nifti/niftiFile.ts';

/** BT.601 by its definition, in floating point. */
const grey = (r: number, g: number, b: number) => Math.round(0.299 * r + 0.587 * g + 0.114 * b + 1e-9);

describe('colourSink', () => {
  it('cut anywhere: the luminance to the nearest, the colours as they are', () => {
    const pixel = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
    const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(pixel, { minLength: 1, maxLength: 40 }),
        pieces,
        fc.constantFrom(3, 4),
        (pixels, cuts, size) => {
          const bytes = Uint8Array.from(pixels.flatMap((one) => one.slice(0, size)));
          const target = new Uint8Array(pixels.length);
          const rgb = new Uint8Array(3 * pixels.length);
          const first = Math.ceil(pixels.length / 2);
          const sink = colourSink(size === 3 ? 'rgb24' : 'rgba32', target, rgb, first);
          for (let at = 0, n = 0; at < bytes.length; n++) {
            const piece = bytes.subarray(at, at + (cuts[n % cuts.length] as number));
            sink.push(piece);
            at += piece.length;
            expect(sink.done).toBe(Math.floor(Math.min(at, bytes.length) / size));
          }
          const expected = pixels.map(([r = 0, g = 0, b = 0]) => grey(r, g, b));
          expect([...target]).toEqual(expected);
          expect([...rgb]).toEqual(pixels.flatMap((one) => one.slice(0, 3)));
          const ofFirst = expected.slice(0, first);
          expect(sink.firstRange()).toEqual([Math.min(...ofFirst), Math.max(...ofFirst)]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

const pixels = Array.from({ length: 24 }, (_, n) => [n * 10, 255 - n, (n * 37) % 256, 128 + n]);
const luminances = pixels.map(([r = 0, g = 0, b = 0]) => grey(r, g, b));
const colours = pixels.flatMap((one) => one.slice(0, 3));
const bytesOf = (size: number) => Uint8Array.from(pixels.flatMap((one) => one.slice(0, size)));
const join = (head: string, data: Uint8Array) => new Uint8Array(Buffer.concat([Buffer.from(head), data]));

function nifti(datatype: 128 | 2304): Uint8Array {
  const size = datatype === 128 ? 3 : 4;
  // As bytes for the helper that writes the file; slope and intercept do not apply to colours.
  const file = niftiFile({ datatype: 2, slope: 2, inter: -7, values: [...bytesOf(size)] });
  const view = new DataView(file.buffer);
  view.setInt16(70, datatype, true);
  view.setInt16(72, 8 * size, true);
  return file;
}
const nrrdHead = (kind: string, size: number) =>
  `NRRD0005\ntype: uchar\ndimension: 4\nspace: left-posterior-superior\nsizes: ${size} 2 3 4\n` +
  `space directions: none (2,0,0) (0,3,0) (0,0,4)\nkinds: ${kind} domain domain domain\nencoding: raw\n` +
  'space origin: (0,0,0)\n\n';
const metaHead = (size: number, type = 'MET_UCHAR') =>
  `ObjectType = Image\nNDims = 3\nBinaryData = True\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\n` +
  `ElementSpacing = 2 3 4\nDimSize = 2 3 4\nElementNumberOfChannels = ${size}\nElementType = ${type}\nElementDataFile = LOCAL\n`;

describe('colour files', () => {
  it.each([
    ['NIfTI RGB24', 'a.nii', nifti(128), 'datatype'],
    ['NIfTI RGBA32', 'a.nii', nifti(2304), 'datatype'],
    ['NRRD RGB-color', 'a.nrrd', join(nrrdHead('RGB-color', 3), bytesOf(3)), 'kinds'],
    ['NRRD 4-color', 'a.nrrd', join(nrrdHead('4-color', 4), bytesOf(4)), 'kinds'],
    ['MetaImage, 3 channels', 'a.mha', join(metaHead(3), bytesOf(3)), 'ElementNumberOfChannels'],
    ['MetaImage, 4 channels', 'a.mha', join(metaHead(4), bytesOf(4)), 'ElementNumberOfChannels'],
    ['MetaImage, array', 'a.mha', join(metaHead(3, 'MET_UCHAR_ARRAY'), bytesOf(3)), 'ElementNumberOfChannels'],
  ])('%s: luminance, colours beside it, a warning', async (format, name, bytes, where) => {
    const { volume } = await read([memorySource(name, bytes, 17)]);
    expect(volume.header).toMatchObject({
      dims: [2, 3, 4],
      scalarType: 'u8',
      slope: 1,
      intercept: 0,
      modality: 'OT',
      storedRange: [Math.min(...luminances), Math.max(...luminances)],
    });
    expect([...volume.scalars]).toEqual(luminances);
    expect([...(volume.rgb ?? [])]).toEqual(colours);
    expect(volume.rgb?.buffer).toBeInstanceOf(SharedArrayBuffer);
    const [warning] = volume.header.warnings;
    expect(volume.header.warnings.length).toBe(1);
    expect(warning).toMatchObject({ code: 'colour', where });
    expect(warning?.text.includes('Opacity')).toBe(/RGBA|4/.test(format.replace('RGB24', 'RGB')));
  });

  it('slabs bring their colours', async () => {
    const seen: number[] = [];
    const reading = readVolume([memorySource('a.nii', nifti(128), 17)], {
      shared: false,
      onSlab: ({ rgb }, slices) => {
        expect([...(rgb ?? [])].slice(0, 18 * slices)).toEqual(colours.slice(0, 18 * slices));
        seen.push(slices);
      },
    });
    await finishAsync(reading);
    expect(seen.at(-1)).toBe(4);
  });

  it.each([
    ['kinds', 'a.nrrd', join(nrrdHead('3-vector', 3), bytesOf(3))],
    ['kinds', 'a.nrrd', join(nrrdHead('HSV-color', 3), bytesOf(3))],
    ['type', 'a.nrrd', join(nrrdHead('RGB-color', 3).replace('uchar', 'short'), bytesOf(3))],
    ['ElementNumberOfChannels', 'a.mha', join(metaHead(2), bytesOf(3))],
    ['ElementNumberOfChannels', 'a.mha', join(metaHead(3, 'MET_SHORT'), bytesOf(3))],
    ['data', 'a.nrrd', join(nrrdHead('RGB-color', 3), bytesOf(3).subarray(1))],
  ])('%s is refused by name (%s)', async (where, name, bytes) => {
    await expect(read([memorySource(name, bytes)])).rejects.toMatchObject({ where, file: name });
  });
});
