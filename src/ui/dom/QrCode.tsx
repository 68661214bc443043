import { lazy, Suspense } from 'react';

const Drawn = lazy(() => import('./QrDrawing.tsx'));

/** The square is there at once; what draws it comes when the page has nothing better to do. */
export function QrCode({ text }: { readonly text: string }) {
  return (
    <Suspense fallback={<div className="qr" />}>
      <Drawn text={text} />
    </Suspense>
  );
}
