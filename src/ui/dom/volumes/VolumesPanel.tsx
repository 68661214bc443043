import { FilePlus, Layers, X } from 'lucide-react';
import { useRef } from 'react';
import { Button } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import type { ViewState } from '#state/viewer.ts';
import { Chips, IconButton } from '../Controls.tsx';
import { useDesk, useDeskParts } from '../deskContext.ts';
import { JobBlocks } from '../JobBlocks.tsx';
import { VolumeItem } from './VolumeItem.tsx';
import './volumes.css';

const modes: readonly ViewState['overlayMode'][] = ['blend', 'checker', 'difference', 'base', 'over'];

/** The volumes of the case, lowest first; the chosen one opened. */
export default function VolumesPanel() {
  const { actions, view } = useViewer();
  const { desk } = useDeskParts();
  const volumes = useCase((state) => state.volumes);
  const mode = useView((state) => state.overlayMode);
  const wish = useDesk((state) => state.volume);
  const input = useRef<HTMLInputElement>(null);
  const chosen = volumes.find(({ id }) => id === wish) ?? volumes.at(-1);
  const add = (files: readonly File[]) => {
    if (files.length === 0) return;
    // What failed is on its card.
    actions.addVolume({ files }).then(
      (id) => desk.set({ volume: id }),
      () => undefined,
    );
  };
  return (
    <section className="section" aria-labelledby="volumes-title">
      <div className="section-title">
        <Layers aria-hidden />
        <h2 id="volumes-title">{t('volumes.title')}</h2>
        <span className="fill" />
        <IconButton small label={t('common.close')} keys="Esc" onPress={() => desk.set({ docked: 'tool' })}>
          <X aria-hidden />
        </IconButton>
      </div>
      <JobBlocks />
      <div className="stack">
        {volumes.length > 1 && (
          <Chips
            label={t('volumes.compare')}
            value={mode}
            options={modes.map((id) => ({ id, label: t(`volumes.mode.${id}`) }))}
            onChange={(overlayMode) => view.verbs.set({ overlayMode })}
          />
        )}
        <ul className="volume-list" data-list="volumes">
          {volumes.map((volume) => (
            <VolumeItem
              key={volume.id}
              volume={volume}
              open={volume.id === chosen?.id}
              onOpen={() => desk.set({ volume: volume.id })}
            />
          ))}
        </ul>
        <Button className="button" onPress={() => input.current?.click()} isDisabled={volumes.length === 0}>
          <FilePlus aria-hidden />
          {t('volumes.add')}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          data-testid="add-volume"
          onChange={(event) => {
            add([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
    </section>
  );
}
