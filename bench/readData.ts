// Scans to read: a CT made by a formula with a CT's noise, as NIfTI and as DICOM series in five transfer syntaxes.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { affine } from '#core/space/affine.ts';
import { writeNifti } from '#io/nifti/write.ts';
import { dicomFile } from '../test/io/dicom/dicomFile.ts';
import { losslessJpeg } from './losslessJpeg.ts';

export const SYNTAXES = {
  raw: '1.2.840.10008.1.2.1',
  rle: '1.2.840.10008.1.2.5',
  jpegll: '1.2.840.10008.1.2.4.70',
  jpegls: '1.2.840.10008.1.2.4.80',
  j2k: '1.2.840.10008.1.2.4.90',
} as const;
export type Syntax = keyof typeof SYNTAXES;

const N = 512;

/** HU of slice k: a body with lungs, spine and a table, 12 HU of noise that is the same in every run. */
function sliceHu(k: number, into: Int16Array): void {
  let state = (k * 2654435761 + 12345) >>> 0;
  for (let j = 0, n = 0; j < N; j++)
    for (let i = 0; i < N; i++, n++) {
      const [x, y] = [(i - 256) / 256, (j - 256) / 256];
      const body = Math.hypot(x / 0.8, y / (0.5 + 0.1 * Math.sin(k / 40)));
      let hu = body < 1 ? (body > 0.94 ? -100 : 45) : -1000;
      if (Math.hypot(x - 0.35, y) < 0.25 || Math.hypot(x + 0.35, y) < 0.25) hu = -820;
      if (Math.hypot(x, y - 0.3) < 0.1) hu = 300 + 200 * Math.sin(k / 6);
      if (y > 0.62 && y < 0.66) hu = 100;
      // Four draws of a generator of 32 bits: near to a normal distribution, and cheap.
      let sum = 0;
      for (let draw = 0; draw < 4; draw++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        sum += state >>> 16;
      }
      into[n] = Math.round(hu + (sum / 65536 - 2) * 20.8);
    }
}

export function writeNiftiCt(folder: string, slices: number): string {
  const scalars = new Int16Array(N * N * slices);
  for (let k = 0; k < slices; k++) sliceHu(k, scalars.subarray(k * N * N, (k + 1) * N * N));
  const file = join(folder, `ct512x${slices}.nii.gz`);
  const rasFromIjk = affine('ras', 'ijk', [-0.7, 0, 0, 0, 0, -0.7, 0, 0, 0, 0, 1, 0, 180, 180, 0, 1]);
  writeFileSync(file, gzipSync(writeNifti({ dims: [N, N, slices], rasFromIjk, scalars }), { level: 6 }));
  return file;
}

/** A folder with one file to a slice. */
export async function writeDicomCt(folder: string, slices: number, syntax: Syntax): Promise<string> {
  const encode = await encoder(syntax);
  const place = join(folder, `ct512x${slices}-${syntax}`);
  mkdirSync(place, { recursive: true });
  const hu = new Int16Array(N * N);
  for (let k = 0; k < slices; k++) {
    sliceHu(k, hu);
    // Stored from 0, as scanners do: 12 bits.
    const stored = Uint16Array.from(hu, (value) => Math.max(0, Math.min(4095, value + 1024)));
    const coded = encode(stored);
    const file = dicomFile(
      {
        x00080016: ['UI', '1.2.840.10008.5.1.4.1.1.2'],
        x00080018: ['UI', `1.2.826.0.1.3680043.8.498.1.${k + 1}`],
        x00080060: ['CS', 'CT'],
        x00180050: ['DS', '1'],
        x0020000d: ['UI', '1.2.826.0.1.3680043.8.498.2'],
        x0020000e: ['UI', '1.2.826.0.1.3680043.8.498.3'],
        x00200013: ['IS', String(k + 1)],
        x00200032: ['DS', `-180\\-180\\${k}`],
        x00200037: ['DS', '1\\0\\0\\0\\1\\0'],
        x00280002: ['US', [1]],
        x00280004: ['CS', 'MONOCHROME2'],
        x00280010: ['US', [N]],
        x00280011: ['US', [N]],
        x00280030: ['DS', '0.7\\0.7'],
        x00280100: ['US', [16]],
        x00280101: ['US', [12]],
        x00280102: ['US', [11]],
        x00280103: ['US', [0]],
        x00281052: ['DS', '-1024'],
        x00281053: ['DS', '1'],
        x7fe00010:
          coded === null ? ['OW', new Uint8Array(stored.buffer)] : ['OB', { fragments: [new Uint8Array(0), coded] }],
      },
      { syntax: SYNTAXES[syntax] },
    );
    writeFileSync(join(place, `IM${String(k + 1).padStart(4, '0')}`), file);
  }
  return place;
}

type Encode = (stored: Uint16Array) => Uint8Array | null;

async function encoder(syntax: Syntax): Promise<Encode> {
  switch (syntax) {
    case 'raw':
      return () => null;
    case 'rle':
      return rle;
    case 'jpegll':
      return (stored) => losslessJpeg(stored, N, N, 12);
    case 'jpegls':
      return wasmEncoder('@cornerstonejs/codec-charls', 'JpegLSEncoder', (made) => made.setNearLossless?.(0));
    case 'j2k':
      return wasmEncoder('@cornerstonejs/codec-openjpeg', 'J2KEncoder', (made) => made.setQuality?.(true, 0));
  }
}

interface WasmEncoder {
  getDecodedBuffer(info: object): Uint8Array;
  setNearLossless?(near: number): void;
  setQuality?(lossless: boolean, ratio: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

async function wasmEncoder(name: string, made: string, set: (encoder: WasmEncoder) => void): Promise<Encode> {
  const require = createRequire(import.meta.url);
  const module = (await require(`${name}/wasmjs`)({ print: () => {}, printErr: () => {} })) as Record<
    string,
    new () => WasmEncoder
  >;
  const Made = module[made] as new () => WasmEncoder;
  return (stored) => {
    const coder = new Made();
    const info = { width: N, height: N, bitsPerSample: 12, componentCount: 1, isSigned: false };
    coder.getDecodedBuffer(info).set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
    set(coder);
    coder.encode();
    const coded = new Uint8Array(coder.getEncodedBuffer());
    coder.delete();
    return coded;
  };
}

/** DICOM PS3.5, annex G: PackBits over the high bytes, then over the low ones, a row at a time. */
function rle(stored: Uint16Array): Uint8Array {
  const planes = [8, 0].map((shift) => packed(Uint8Array.from(stored, (value) => value >> shift)));
  const header = new DataView(new ArrayBuffer(64));
  header.setUint32(0, 2, true);
  header.setUint32(4, 64, true);
  header.setUint32(8, 64 + (planes[0] as Uint8Array).length, true);
  return new Uint8Array(Buffer.concat([new Uint8Array(header.buffer), ...planes]));
}

function packed(plane: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let row = 0; row < plane.length; row += N) {
    for (let at = row; at < row + N; ) {
      let run = 1;
      while (run < 128 && at + run < row + N && plane[at + run] === plane[at]) run++;
      if (run > 1) {
        out.push(257 - run, plane[at] as number);
        at += run;
        continue;
      }
      let end = at + 1;
      while (end < row + N && end - at < 128 && plane[end] !== plane[end + 1]) end++;
      out.push(end - at - 1, ...plane.subarray(at, end));
      at = end;
    }
  }
  if (out.length % 2 === 1) out.push(0);
  return Uint8Array.from(out);
}
