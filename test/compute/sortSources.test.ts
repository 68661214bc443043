// Scans told from segments, in folders and in archives.
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readSegments, sortSources } from '#compute/jobs/readSegments.ts';
import { finishAsync } from '#core/steps.ts';
import { listSeries } from '#io/readVolume.ts';
import { openSource, type SourceRef } from '#io/source.ts';
import { ctSlice, dicomFile } from '../io/dicom/dicomFile.ts';
import { binaryStl, icosphere } from '../io/mesh/meshes.ts';

const slice = (z: number, instance: number) =>
  new Uint8Array(dicomFile(ctSlice({ position: [-10, -20, z], instance })));
const ball = new Uint8Array(binaryStl(icosphere(5, [0, 0, 0], 2), 'SPACE=RAS'));
const readme = new TextEncoder().encode('Scanned on a Tuesday.\n');

const fileRef = (path: string, bytes: Uint8Array<ArrayBuffer>): SourceRef => ({
  kind: 'file',
  file: new File([bytes], path),
  path,
});
const zipRef = (path: string, files: Parameters<typeof zipSync>[0]) => fileRef(path, new Uint8Array(zipSync(files)));
const sort = async (refs: readonly SourceRef[]) => {
  const { scans, segments } = await finishAsync(sortSources(refs));
  return { scans, segments, paths: [scans, segments].map((some) => some.map(({ path }) => path)) };
};

describe('an archive of a scan and its segments', () => {
  const study = { 'IM/1': slice(0, 1), 'IM/2': slice(3, 2), 'seg/ball.stl': ball, 'readme.txt': readme };

  it('is sorted like the folder that it was', async () => {
    const { scans, segments, paths } = await sort([zipRef('study.zip', study)]);
    expect(paths).toEqual([['study.zip/IM/1', 'study.zip/IM/2', 'study.zip/readme.txt'], ['study.zip/seg/ball.stl']]);
    const series = await finishAsync(listSeries(scans.map(openSource)));
    expect(series.map(({ header }) => header?.dims[2])).toEqual([2]);
    const [set] = await finishAsync(readSegments(segments, []));
    expect(set?.segments.map(({ name }) => name)).toEqual(['ball']);
  });

  it('stays one where there is nothing to sort, or where something of it cannot be unpacked', async () => {
    const scan = zipRef('scan.zip', { 'IM/1': slice(0, 1), 'IM/2': slice(3, 2), 'readme.txt': readme });
    expect((await sort([scan])).scans).toEqual([scan]);
    const locked = new Uint8Array(zipSync(study));
    // Says of its last file that it is encrypted.
    const at = Buffer.from(locked).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    locked[at + 8] = (locked[at + 8] as number) | 1;
    const ref = fileRef('locked.zip', locked);
    expect(await sort([ref])).toMatchObject({ scans: [ref], segments: [] });
    const broken = fileRef('broken.zip', locked.slice(0, -30));
    expect((await sort([broken])).scans).toEqual([broken]);
  });

  it('of segments alone leaves no scan', async () => {
    const { paths } = await sort([zipRef('segments.zip', { 'a.stl': ball, 'b.stl': ball })]);
    expect(paths).toEqual([[], ['segments.zip/a.stl', 'segments.zip/b.stl']]);
  });

  it('inside another archive is not unpacked', async () => {
    const outer = zipRef('outer.zip', { 'inner.zip': new Uint8Array(zipSync(study)), '1': slice(0, 1) });
    expect((await sort([outer])).scans).toEqual([outer]);
  });
});
