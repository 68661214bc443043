// Writes small DICOM segmentations for tests.

import type { ByteSource } from '#io/source.ts';
import { type DataSet, dicomFile, source, type Value } from '../dicom/dicomFile.ts';

export const SIZE = [13, 7] as const; // columns, rows: 91 bits a frame, so that none begins on a byte but the first

export interface SegFrame {
  readonly segment?: number;
  /** Plane: 2.5 mm along z each. */
  readonly k: number;
  readonly pixels: readonly number[];
  readonly orientation?: string;
  readonly z?: number;
}
export interface SegSpec {
  readonly kind?: 'BINARY' | 'FRACTIONAL' | 'LABELMAP';
  readonly frames: readonly SegFrame[];
  readonly segments?: readonly {
    number: number;
    label: string;
    code?: readonly [string, string, string];
    lab?: readonly number[];
  }[];
  readonly bits?: 1 | 8 | 16;
  readonly syntax?: string;
  /** Each frame's stored bytes, where they are encapsulated. */
  readonly pack?: (bytes: Uint8Array) => Uint8Array;
  readonly extra?: DataSet;
  readonly seriesUid?: string;
  readonly frameOfReferenceUid?: string;
  readonly stepMm?: number | null;
}

const sequence = (...items: readonly DataSet[]): readonly [string, Value] => ['SQ', { items }];
const code = ([scheme, value, meaning]: readonly [string, string, string]): DataSet => ({
  x00080100: ['SH', value],
  x00080102: ['SH', scheme],
  x00080104: ['LO', meaning],
});

export function segFile(spec: SegSpec): Uint8Array<ArrayBuffer> {
  const { kind = 'BINARY', frames, syntax, pack } = spec;
  const segments: NonNullable<SegSpec['segments']> =
    spec.segments ??
    [...new Set(frames.map(({ segment = 1 }) => segment))]
      .sort((a, b) => a - b)
      .map((number) => ({ number, label: `S${number}` }));
  const bits = spec.bits ?? (kind === 'BINARY' ? 1 : 8);
  const stored =
    bits === 1 && !pack
      ? [bitsOf(frames.flatMap(({ pixels }) => pixels))]
      : frames.map(({ pixels }) =>
          bits === 1 ? bitsOf(pixels) : bits === 16 ? words(pixels) : Uint8Array.from(pixels),
        );
  const set: DataSet = {
    x00080016: ['UI', kind === 'LABELMAP' ? '1.2.840.10008.5.1.4.1.1.66.7' : '1.2.840.10008.5.1.4.1.1.66.4'],
    x00080018: ['UI', '1.2.3.9.1'],
    x00080060: ['CS', 'SEG'],
    x00081115: sequence({
      x0020000e: ['UI', spec.seriesUid ?? '1.2.3.4'],
      x0008114a: sequence({ x00081155: ['UI', '1.2.3.5'] }),
    }),
    x0020000d: ['UI', '1.2.3'],
    x0020000e: ['UI', '1.2.3.9'],
    x00200052: ['UI', spec.frameOfReferenceUid ?? '1.2.3.8'],
    x00280002: ['US', [1]],
    x00280004: ['CS', 'MONOCHROME2'],
    x00280008: ['IS', String(frames.length)],
    x00280010: ['US', [SIZE[1]]],
    x00280011: ['US', [SIZE[0]]],
    x00280100: ['US', [bits]],
    x00280101: ['US', [bits]],
    x00280102: ['US', [bits - 1]],
    x00280103: ['US', [0]],
    x00620001: ['CS', kind],
    x00620002: sequence(
      ...segments.map(
        ({ number, label, code: type, lab }): DataSet => ({
          x00620004: ['US', [number]],
          x00620005: ['LO', label],
          x00620008: ['CS', 'MANUAL'],
          ...(lab ? { x0062000d: ['US', lab] as const } : {}),
          ...(type ? { x0062000f: sequence(code(type)) } : {}),
        }),
      ),
    ),
    ...(kind === 'FRACTIONAL' ? ({ x00620010: ['CS', 'PROBABILITY'], x0062000e: ['US', [200]] } as DataSet) : {}),
    x52009229: sequence({
      x00209116: sequence({ x00200037: ['DS', '1\\0\\0\\0\\1\\0'] }),
      x00289110: sequence({
        x00280030: ['DS', '0.75\\0.5'],
        x00180050: ['DS', '3'],
        ...(spec.stepMm === null ? {} : { x00180088: ['DS', String(spec.stepMm ?? 2.5)] as const }),
      }),
    }),
    x52009230: sequence(
      ...frames.map(
        ({ segment = 1, k, orientation, z }): DataSet => ({
          x00209113: sequence({ x00200032: ['DS', `-10\\20\\${z ?? 100 + 2.5 * k}`] }),
          ...(orientation ? { x00209116: sequence({ x00200037: ['DS', orientation] }) } : {}),
          ...(kind === 'LABELMAP' ? {} : { x0062000a: sequence({ x0062000b: ['US', [segment]] }) }),
        }),
      ),
    ),
    x7fe00010: pack
      ? ['OB', { fragments: [new Uint8Array(0), ...stored.map(pack)] }]
      : [bits === 16 ? 'OW' : 'OB', joinedBytes(stored)],
    ...spec.extra,
  };
  return dicomFile(set, syntax ? { syntax } : {});
}

export const segSource = (spec: SegSpec, name = 'seg.dcm'): ByteSource => source(segFile(spec), name);

/** The lowest bit first. */
function bitsOf(pixels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(pixels.length / 8));
  pixels.forEach((on, n) => {
    if (on) bytes[n >> 3] = (bytes[n >> 3] as number) | (1 << (n & 7));
  });
  return bytes;
}

const words = (pixels: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(pixels).buffer);

function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
