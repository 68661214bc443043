import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataFile } from '../data.ts';

const sourceOf = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
/** Names of files that are no DICOM and hold, or claim to hold, voxels or their header. */
const RASTER = /\.(nii|nii\.gz|hdr|mgh|mgz|mnc|nrrd|nhdr|mha|mhd|vtk|gipl|h5|hdf5|isq|PAR|HEAD)$/;

describe('no scan among the real ones is passed over', () => {
  it('each is named in a test that opens or refuses it', () => {
    const root = dataFile('.');
    if (!root) return console.warn('not on this machine: the real scans');
    const tests = [
      '../oracle/volumes.json',
      './volumesOracle.test.ts',
      './itkOracle.test.ts',
      './damaged.test.ts',
      './readVolume.test.ts',
    ].map(sourceOf);
    const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => RASTER.test(path));
    expect(found.length).toBeGreaterThan(100);
    const missing = found.filter((path) => {
      // The list of damaged files stands without their folder.
      const named = path.startsWith('damaged/') ? `'${path.slice('damaged/'.length)}'` : path;
      return !tests.some((text) => text.includes(named));
    });
    expect(missing).toEqual([]);
  });
});
