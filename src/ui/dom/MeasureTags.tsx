import { useMemo } from 'react';
import { useCase, useView } from '#scene/viewerContext.ts';
import { measurementRows } from '#ui/model/measurements.ts';
import { useDeskParts } from './deskContext.ts';
import { MadeUpMark } from './MadeUpMark.tsx';
import { QuantityText } from './QuantityText.tsx';

/** The value of each measure beside its line, with its doubt. */
export function MeasureTags() {
  const { host } = useDeskParts();
  const measurements = useCase((state) => state.measurements);
  const volumes = useCase((state) => state.volumes);
  // Moves with the camera.
  useView((state) => state.camera);
  const rows = useMemo(() => measurementRows({ measurements, volumes }), [measurements, volumes]);
  return rows.map(({ id, points, quantity, interpolated }) => {
    const places = points.map((point) => host.project(point));
    if (places.some((place) => place === null)) return null;
    // Under the lowest of its points: there it lies on no line of its own.
    const lowest = places.reduce((low, place) => (place && low && place.y > low.y ? place : low));
    if (!lowest) return null;
    return (
      <div key={id} className="measure-tag" style={{ left: lowest.x, top: lowest.y + 12 }}>
        <QuantityText quantity={quantity} />
        {interpolated === 'ends' && <MadeUpMark />}
      </div>
    );
  });
}
