// The arrays of the open case by id. Stores hold ids and revisions; whoever draws or computes asks here.
import type { DisplacementField } from '#core/space/registration.ts';
import type { Volume, VolumeHeader } from '#core/volume/volume.ts';
import type { Journal } from './journal.ts';
import type { Voxels } from './viewer.ts';

export interface VoxelStore extends Voxels {
  /** `volume` null: the scalars are with the worker that owns them. The arrays are shared, never copied. */
  put(id: string, header: VolumeHeader, volume: Volume | null): void;
  /** Kept as long as its volume is. */
  putField(volume: string, id: string, field: DisplacementField): void;
  drop(id: string): void;
  volumeIds(): string[];
  /** Bytes of scalars held here. */
  bytes(id: string): number;
}

export function createVoxels(journal: Journal): VoxelStore {
  const volumes = new Map<string, { readonly header: VolumeHeader; readonly volume: Volume | null }>();
  const fields = new Map<string, { readonly volume: string; readonly field: DisplacementField }>();
  return {
    field: (id) => fields.get(id)?.field ?? null,
    putField(volume, id, field) {
      fields.set(id, { volume, field });
    },
    volume: (id) => volumes.get(id)?.volume ?? null,
    header: (id) => volumes.get(id)?.header ?? null,
    layer(id) {
      const layer = journal.layer(id);
      return layer === null ? null : { labels: layer.labels, revision: layer.revision };
    },
    changedBricks: (id, revision) => journal.layer(id)?.changedBricks(revision) ?? 'all',
    put(id, header, volume) {
      volumes.set(id, { header, volume });
    },
    drop(id) {
      volumes.delete(id);
      for (const [name, { volume }] of fields) if (volume === id) fields.delete(name);
    },
    volumeIds: () => [...volumes.keys()],
    bytes: (id) => volumes.get(id)?.volume?.scalars.byteLength ?? 0,
  };
}
