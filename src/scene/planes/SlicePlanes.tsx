import { lazy, Suspense } from 'react';
import { useView } from '#scene/viewerContext.ts';

const DrawnPlanes = lazy(() => import('./DrawnPlanes.tsx'));

/** The slice planes in the body, as a child of the stage; loaded and made when they are first shown. */
export function SlicePlanes() {
  const shown = useView((state) => state.planesShown);
  if (!shown) return null;
  return (
    <Suspense fallback={null}>
      <DrawnPlanes />
    </Suspense>
  );
}
