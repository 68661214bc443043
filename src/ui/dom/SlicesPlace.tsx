import { type ComponentType, lazy, Suspense } from 'react';
import { useView } from '#scene/viewerContext.ts';

// Absent modules leave the place empty; the picture then takes the height.
const found = import.meta.glob<{ SliceRow: ComponentType }>('./slices/SliceRow.tsx');
const load = found['./slices/SliceRow.tsx'];
const SliceRow = load ? lazy(async () => ({ default: (await load()).SliceRow })) : null;

/** The row of slices under the 3D view. */
export function SlicesPlace() {
  const layout = useView((view) => view.layout);
  if (!SliceRow || layout === '3d') return null;
  return (
    <div className="slices" data-view="slices" data-region="slices">
      <Suspense fallback={null}>
        <SliceRow />
      </Suspense>
    </div>
  );
}
export const hasSlices = SliceRow !== null;
