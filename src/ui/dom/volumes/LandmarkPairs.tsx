import { X } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { formatMm, formatNumber, placeWords } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { VolumeRecord } from '#state/viewer.ts';
import { beginLandmarks, endLandmarks, landmarkResiduals, landmarksOf, removeLandmark } from '#ui/model/landmarks.ts';
import { IconButton } from '../Controls.tsx';

/** Three fix a rigid place; more tell how well it fits. */
const LEAST_PAIRS = 3;

/** Pairs of points: the same place on the scan and on the volume, each with what lies between them now. */
export function LandmarkPairs({ volume }: { readonly volume: VolumeRecord }) {
  const viewer = useViewer();
  const { pairs, pending, volume: active } = useStore(landmarksOf(viewer));
  const { id } = volume;
  useEffect(() => {
    beginLandmarks(viewer, id);
    return () => endLandmarks(viewer);
  }, [viewer, id]);
  if (active !== id) return null;
  const apart = landmarkResiduals(viewer, id, pairs);
  return (
    <div className="stack tight">
      <p className="hint" role="status">
        {t(pending ? 'volumes.clickOver' : 'volumes.clickBase', { name: volume.name, number: pairs.length + 1 })}
      </p>
      <ol className="landmarks" data-list="landmarks">
        {pairs.map(([own, base], n) => (
          <li key={`${own.join()} ${base.join()}`}>
            <span className="landmark-number">{formatNumber(n + 1)}</span>
            <span dir="ltr">{placeWords(base).join(' ')}</span>
            <output>{apart[n] == null ? '–' : formatMm(apart[n])}</output>
            <IconButton
              small
              label={t('methods.removeSeed', { number: n + 1 })}
              onPress={() => removeLandmark(viewer, n)}
            >
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ol>
      <Button
        className="button main"
        isDisabled={pairs.length < LEAST_PAIRS}
        onPress={() => {
          // What failed is on its card.
          viewer.actions.placeByLandmarks(id, pairs).catch(() => undefined);
        }}
        data-testid="fit-landmarks"
      >
        {t('volumes.fit')}
      </Button>
    </div>
  );
}
