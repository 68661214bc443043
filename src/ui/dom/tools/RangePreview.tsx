import { useEffect, useState } from 'react';
import { formatMl, formatMs, formatNumber, formatPercent } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useView, useViewer } from '#scene/viewerContext.ts';
import type { ThresholdPreview } from '#state/viewer.ts';
import { rangePreviewOf } from '#ui/model/rangePreview.ts';

const DEBOUNCE_MS = 120;

/** What a range would hold: size, pieces, the largest, what is left as specks. A newer range cancels the question. */
export function RangePreview({ lower, upper }: { readonly lower: number; readonly upper: number }) {
  const viewer = useViewer();
  const { actions } = viewer;
  const timepoint = useView((state) => state.timepoint);
  const [found, setFound] = useState<ThresholdPreview | null>(null);
  // Seen on the slices at once; the numbers follow.
  useEffect(() => {
    const shown = rangePreviewOf(viewer);
    shown.setState({ range: { lower, upper } });
    return () => shown.setState({ range: null });
  }, [viewer, lower, upper]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another timepoint has other values
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      actions.preview(lower, upper, abort.signal).then(
        (preview) => !abort.signal.aborted && setFound(preview),
        // Cancelled by the next range; what really fails, fails again and with a card on Apply.
        () => undefined,
      );
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [actions, lower, upper, timepoint]);
  const stale = found === null || found.lower !== lower || found.upper !== upper;
  return (
    <div className="preview-block" role="status" data-testid="preview" data-ready={!stale}>
      {found && <Words found={found} stale={stale} />}
      {!found && <span className="quiet">{t('threshold.counting')}</span>}
    </div>
  );
}

function Words({ found, stale }: { readonly found: ThresholdPreview; readonly stale: boolean }) {
  const { voxels, volumeMl, pieces, largestMl, specks, ms } = found;
  const volume = formatMl(volumeMl);
  return (
    <>
      <header>
        <strong>
          {voxels === 0
            ? t('threshold.previewNone')
            : pieces === 1
              ? t('threshold.previewOne', { volume })
              : t('threshold.preview', { volume, pieces: formatNumber(pieces) })}
        </strong>
        <span className="quiet">{stale ? t('threshold.counting') : t('threshold.live', { ms: formatMs(ms) })}</span>
      </header>
      {pieces > 1 && (
        <span className="quiet">
          {t('threshold.largest', { volume: formatMl(largestMl), percent: formatPercent(largestMl / volumeMl) })}{' '}
          {specks > 0 && t('threshold.specks', { count: specks, number: formatNumber(specks) })}
        </span>
      )}
    </>
  );
}
