import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { axisTicks, type HistogramPicture } from '#ui/model/histogram.ts';

const [WIDTH, HEIGHT] = [1000, 100];

/** How often each value occurs, what lies in the range, and two thumbs that move its ends. Its axis is never mirrored. */
export function Histogram({
  picture,
  lower,
  upper,
  onChange,
}: {
  readonly picture: HistogramPicture;
  readonly lower: number;
  readonly upper: number;
  readonly onChange: (lower: number, upper: number) => void;
}) {
  const span = picture.upper - picture.lower;
  const at = (value: number) => Math.min(1, Math.max(0, (value - picture.lower) / span));
  const from = at(lower);
  const to = at(upper);
  const width = WIDTH / picture.bars.length;
  const path = (inside: (middle: number) => boolean) =>
    picture.bars
      .map((bar, n) => {
        if (!inside((n + 0.5) / picture.bars.length)) return '';
        return `M${(n * width).toFixed(1)} ${HEIGHT}v${(-bar * HEIGHT).toFixed(1)}h${(width + 0.5).toFixed(1)}V${HEIGHT}z`;
      })
      .join('');
  const step = span > 50 ? 1 : span / 400;
  return (
    <div className="histogram" dir="ltr">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('threshold.histogram')}
      >
        <rect className="range" x={from * WIDTH} y="0" width={Math.max(0, to - from) * WIDTH} height={HEIGHT} />
        <path className="all" d={path((x) => x < from || x > to)} />
        <path className="kept" d={path((x) => x >= from && x <= to)} />
        <line className="base" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} vectorEffect="non-scaling-stroke" />
      </svg>
      <Slider
        className="histogram-slider"
        aria-label={t('threshold.histogram')}
        minValue={picture.lower}
        maxValue={picture.upper}
        step={step}
        value={[clamp(lower, picture), clamp(upper, picture)]}
        onChange={(values) => {
          const [low, high] = values as [number, number];
          // A thumb at the end of the picture does not pull in what lies beyond it.
          const keepLower = low <= picture.lower + step && lower < picture.lower;
          const keepUpper = high >= picture.upper - step && upper > picture.upper;
          onChange(keepLower ? lower : low, keepUpper ? upper : high);
        }}
      >
        <SliderTrack className="histogram-track">
          <SliderThumb index={0} className="histogram-thumb" aria-label={t('threshold.from')} />
          <SliderThumb index={1} className="histogram-thumb" aria-label={t('threshold.to')} />
        </SliderTrack>
      </Slider>
      <div className="ticks" aria-hidden>
        {axisTicks(picture.lower, picture.upper, 8).map((tick) => {
          const place = at(tick);
          return place < 0.06 || place > 0.94 ? null : (
            <span key={tick} style={{ left: `${place * 100}%` }}>
              {formatNumber(tick)}
            </span>
          );
        })}
      </div>
    </div>
  );
}

const clamp = (value: number, { lower, upper }: HistogramPicture): number => Math.min(upper, Math.max(lower, value));
