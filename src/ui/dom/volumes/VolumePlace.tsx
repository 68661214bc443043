import { useState } from 'react';
import { Button } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase, useJobs, useViewer } from '#scene/viewerContext.ts';
import type { VolumeRecord } from '#state/viewer.ts';
import { Chips } from '../Controls.tsx';
import { HandMove } from './HandMove.tsx';
import { LandmarkPairs } from './LandmarkPairs.tsx';

type Way = 'register' | 'landmarks' | 'hand';
type Kind = 'rigid' | 'affine' | 'deformable';
const ways: readonly Way[] = ['register', 'landmarks', 'hand'];
const kinds: readonly Kind[] = ['rigid', 'affine', 'deformable'];

/** Bringing a volume to where the first one lies: found from the values, from pairs of points, or moved by hand. */
export function VolumePlace({ volume }: { readonly volume: VolumeRecord }) {
  const { actions, case: store } = useViewer();
  const [way, setWay] = useState<Way>('register');
  const [kind, setKind] = useState<Kind>('rigid');
  const busy = useJobs((state) => state.jobs.some(({ title }) => title === 'job.registering'));
  const carries = useCase((state) => state.segments.some((segment) => segment.volume === volume.id));
  const { id } = volume;
  // What failed is on its card.
  const quietly = (work: Promise<unknown>) => void work.catch(() => undefined);
  return (
    <div className="stack volume-place-tools">
      <Chips
        label={t('volumes.ways')}
        value={way}
        options={ways.map((each) => ({ id: each, label: t(`volumes.way.${each}`) }))}
        onChange={setWay}
      />
      {way === 'register' && (
        <>
          <Chips
            label={t('volumes.way.register')}
            value={kind}
            options={kinds.map((each) => ({ id: each, label: t(`volumes.kind.${each}`) }))}
            onChange={setKind}
          />
          <Button
            className="button main"
            isDisabled={busy}
            onPress={() => quietly(actions.registerVolume(id, kind))}
            data-testid="register"
          >
            {t('volumes.register')}
          </Button>
        </>
      )}
      {way === 'landmarks' && <LandmarkPairs volume={volume} />}
      {way === 'hand' && <HandMove volume={volume} />}
      <div className="volume-actions">
        <Button className="button" isDisabled={volume.placed === null} onPress={() => store.verbs.setPlaced(id, null)}>
          {t('volumes.reset')}
        </Button>
        {carries && (
          <Button className="button" onPress={() => quietly(actions.carrySegments(id))} data-testid="carry">
            {t('volumes.carry')}
          </Button>
        )}
      </div>
    </div>
  );
}
