import { planeNames } from '#core/volume/slicePlane.ts';
import { t } from '#i18n/t.ts';
import { useView } from '#scene/viewerContext.ts';
import { SliceView } from './SliceView.tsx';
import './slices.css';

/** The three slices, filling their parent: side by side, or one large beside the two others. */
export function SliceRow() {
  const large = useView((state) => state.largeSlice);
  const layout = useView((state) => state.layout);
  return (
    <section className="slice-row" aria-label={t('slice.region')} data-large={large ?? undefined} data-layout={layout}>
      {planeNames.map((name) => (
        <SliceView key={name} name={name} />
      ))}
    </section>
  );
}

export default SliceRow;
