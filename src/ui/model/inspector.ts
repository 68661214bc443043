// What is told of the chosen structure or structures.
import { methods } from '#compute/methods/registry.ts';
import { formatNumber, type Quantity, volumeQuantity } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import type { SegmentRecord } from '#state/viewer.ts';
import { nameOf } from './structures.ts';

export interface InspectorOne {
  readonly kind: 'one';
  readonly id: string;
  readonly name: string;
  readonly color: string;
  readonly opacity: number;
  readonly visible: boolean;
  readonly alone: boolean;
  /** null while nothing has been counted. */
  readonly volume: Quantity | null;
  readonly cut: boolean;
  readonly voxels: string;
  readonly madeBy: string;
  readonly reviewed: boolean;
}
export interface InspectorSeveral {
  readonly kind: 'several';
  readonly ids: readonly string[];
  readonly title: string;
  readonly volume: Quantity;
  /** null where they differ. */
  readonly opacity: number | null;
}
export type Inspector = { readonly kind: 'none' } | InspectorOne | InspectorSeveral;

export function inspectorOf(segments: readonly SegmentRecord[], selection: readonly string[]): Inspector {
  const chosen = segments.filter(({ id }) => selection.includes(id));
  const [first] = chosen;
  if (!first) return { kind: 'none' };
  if (chosen.length === 1) {
    return {
      kind: 'one',
      id: first.id,
      name: nameOf(first.name),
      color: first.color,
      opacity: first.opacity,
      visible: first.visible,
      alone: first.visible && segments.every((segment) => segment.id === first.id || !segment.visible),
      volume: first.voxels === 0 ? null : volumeQuantity(first.volumeMl, first.cutByEdge),
      cut: first.cutByEdge,
      voxels: formatNumber(first.voxels),
      madeBy: madeByText(first),
      reviewed: first.reviewed,
    };
  }
  const sum = chosen.reduce((ml, { volumeMl }) => ml + volumeMl, 0);
  return {
    kind: 'several',
    ids: chosen.map(({ id }) => id),
    title: t('inspector.several', { count: chosen.length }),
    volume: volumeQuantity(
      sum,
      chosen.some(({ cutByEdge }) => cutByEdge),
    ),
    opacity: chosen.every(({ opacity }) => opacity === first.opacity) ? first.opacity : null,
  };
}

export const methodTitle = (id: string): string => methods.find((method) => method.id === id)?.title ?? id;

function madeByText({ madeBy }: SegmentRecord): string {
  if (madeBy.method === 'phantom') return t('inspector.synthetic');
  if (madeBy.method === 'carried') return t('inspector.carried', { from: String(madeBy.settings.from ?? '') });
  if (madeBy.method === 'file') return t('inspector.fromFile', { file: String(madeBy.settings.file ?? '') });
  const method = methodTitle(madeBy.method);
  return t(madeBy.automatic ? 'inspector.automatic' : 'inspector.byYou', { method });
}
