import { lazy, Suspense } from 'react';
import { planeNames } from '#core/volume/slicePlane.ts';
import { t } from '#i18n/t.ts';
import { useCase, useView } from '#scene/viewerContext.ts';
import { SliceView } from './SliceView.tsx';
import './slices.css';

const TimePlayer = lazy(() => import('./TimePlayer.tsx'));

/** The three slices, filling their parent: side by side, or one large beside the two others. */
export function SliceRow() {
  const large = useView((state) => state.largeSlice);
  const timed = useCase((state) => state.volumes.some(({ timepoints }) => timepoints > 1));
  const layout = useView((state) => state.layout);
  return (
    <>
      <section
        className="slice-row"
        aria-label={t('slice.region')}
        data-large={large ?? undefined}
        data-layout={layout}
        data-timed={timed || undefined}
      >
        {planeNames.map((name) => (
          <SliceView key={name} name={name} />
        ))}
      </section>
      {timed && (
        <Suspense fallback={null}>
          <TimePlayer />
        </Suspense>
      )}
    </>
  );
}

export default SliceRow;
