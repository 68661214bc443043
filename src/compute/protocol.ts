import type { VesaliusErrorFields } from '#core/errors.ts';
import type { Step } from '#core/steps.ts';
import type { Volume } from '#core/volume/volume.ts';

export type ToWorker =
  | { readonly kind: 'run'; readonly call: number; readonly job: string; readonly args: readonly unknown[] }
  | { readonly kind: 'cancel'; readonly call: number };

export type FromWorker =
  | { readonly kind: 'step'; readonly call: number; readonly step: Step }
  | { readonly kind: 'done'; readonly call: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly call: number; readonly error: VesaliusErrorFields }
  | { readonly kind: 'cancelled'; readonly call: number };

const transfers = new WeakMap<object, readonly Transferable[]>();

/** Marks buffers of a job's result (or of a step's partial) to be transferred, not copied, when it leaves the worker. */
export function transferring<Value extends object>(value: Value, buffers: readonly ArrayBufferLike[]): Value {
  const owned = [...new Set(buffers)].filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
  transfers.set(value, owned);
  return value;
}

/** Of a volume's voxels, colours too. */
export function voxelBuffers({ scalars, rgb }: Pick<Volume, 'scalars' | 'rgb'>): ArrayBufferLike[] {
  return rgb ? [scalars.buffer, rgb.buffer] : [scalars.buffer];
}

export function transfersOf(value: unknown): readonly Transferable[] {
  return typeof value === 'object' && value !== null ? (transfers.get(value) ?? []) : [];
}
