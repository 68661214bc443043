import { Pause, Play, Repeat, SkipBack, SkipForward } from 'lucide-react';
import { useEffect } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { useStore } from 'zustand';
import { t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import { play, playerOf, stepTimepoint, timepointCount, timeText, togglePlaying } from '#ui/model/player.ts';
import { IconButton, NumberBox } from '../Controls.tsx';
import './player.css';

const nextFrame = (then: () => void) => {
  const asked = requestAnimationFrame(then);
  return () => cancelAnimationFrame(asked);
};

/** Goes through the timepoints of a volume over time. */
export default function TimePlayer() {
  const viewer = useViewer();
  const player = playerOf(viewer);
  const { playing, loop, perSecond } = useStore(player);
  const volumes = useCase((state) => state.volumes);
  const timepoint = useView((state) => state.timepoint);
  useEffect(() => {
    if (playing) return play(viewer, () => performance.now(), nextFrame);
  }, [viewer, playing, perSecond, loop]);
  const count = timepointCount({ volumes });
  const text = timeText({ volumes }, timepoint);
  return (
    <section className="time-player" aria-label={t('volumes.region')}>
      <IconButton small label={t('volumes.previous')} keys="," onPress={() => stepTimepoint(viewer, -1)}>
        <SkipBack aria-hidden />
      </IconButton>
      <IconButton
        small
        label={t(playing ? 'volumes.pause' : 'volumes.play')}
        keys="P"
        onPress={() => togglePlaying(viewer)}
      >
        {playing ? <Pause aria-hidden /> : <Play aria-hidden />}
      </IconButton>
      <IconButton small label={t('volumes.next')} keys="." onPress={() => stepTimepoint(viewer, 1)}>
        <SkipForward aria-hidden />
      </IconButton>
      <Slider
        className="slider time-slider"
        aria-label={t('volumes.timepoint')}
        minValue={1}
        maxValue={count}
        value={timepoint + 1}
        onChange={(value) => {
          player.setState({ playing: false });
          viewer.view.verbs.set({ timepoint: (value as number) - 1 });
        }}
      >
        <SliderTrack className="slider-track">
          {({ state }) => (
            <>
              <div className="slider-fill" style={{ inlineSize: `${state.getThumbPercent(0) * 100}%` }} />
              <SliderThumb className="slider-thumb" />
            </>
          )}
        </SliderTrack>
      </Slider>
      <output className="time-text" dir="ltr">
        <strong>{text.count}</strong>
        {text.time && <span className="quiet">{text.time}</span>}
      </output>
      <IconButton small label={t('volumes.loop')} selected={loop} onPress={() => player.setState({ loop: !loop })}>
        <Repeat aria-hidden />
      </IconButton>
      <div className="time-rate">
        <NumberBox
          hideLabel
          label={t('volumes.rate')}
          value={perSecond}
          unit="/s"
          min={0.1}
          max={60}
          onChange={(value) => value !== null && player.setState({ perSecond: value })}
        />
      </div>
    </section>
  );
}
