import { lazy, Suspense } from 'react';
import { useView } from '#scene/viewerContext.ts';

const SliceRow = lazy(async () => ({ default: (await import('./slices/SliceRow.tsx')).SliceRow }));

/** The row of slices under the 3D view. */
export function SlicesPlace() {
  const layout = useView((view) => view.layout);
  if (layout === '3d') return null;
  return (
    <div className="slices" data-view="slices" data-region="slices">
      <Suspense fallback={null}>
        <SliceRow />
      </Suspense>
    </div>
  );
}
