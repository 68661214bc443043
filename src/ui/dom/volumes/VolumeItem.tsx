import { Eye, EyeOff } from 'lucide-react';
import { Button } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { spatialOf } from '#scene/overlays.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { Viewer, VolumeRecord } from '#state/viewer.ts';
import { caseLine } from '#ui/model/caseLine.ts';
import { type PlaceText, placeText } from '#ui/model/volumes.ts';
import { IconButton } from '../Controls.tsx';
import { GeometryFacts } from './GeometryFacts.tsx';
import { VolumeLook } from './VolumeLook.tsx';
import { VolumePlace } from './VolumePlace.tsx';

/** Why a volume cannot be drawn; null where it can. */
function notDrawn(viewer: Viewer, volume: VolumeRecord): PlaceText | null {
  if (volume.overlay === null) return null;
  if (viewer.voxels.volume(volume.id) === null) return { text: t('volumes.noVoxels'), unsure: true };
  return spatialOf(viewer, volume) === 'missing' ? { text: t('volumes.missingField'), unsure: true } : null;
}

/** One volume: eye, name, what it is and how it lies; opened, all that can be set and is known of it. */
export function VolumeItem({
  volume,
  open,
  onOpen,
}: {
  readonly volume: VolumeRecord;
  readonly open: boolean;
  readonly onOpen: () => void;
}) {
  const viewer = useViewer();
  const { verbs } = viewer.case;
  const { id, name, overlay } = volume;
  const place = notDrawn(viewer, volume) ?? placeText(volume);
  const shown = overlay?.visible ?? true;
  return (
    <li className={`volume-item${open ? ' open' : ''}${shown ? '' : ' hidden-volume'}`} data-volume={id}>
      <div className="volume-head">
        {overlay ? (
          <IconButton
            small
            label={t(shown ? 'structures.hide' : 'structures.show', { name })}
            selected={shown}
            onPress={() => verbs.setOverlay(id, { visible: !shown })}
          >
            {shown ? <Eye aria-hidden /> : <EyeOff aria-hidden />}
          </IconButton>
        ) : (
          <span className="volume-base" aria-hidden />
        )}
        <Button className="volume-name" aria-expanded={open} onPress={onOpen}>
          <strong title={name}>{name || t('bar.noCase')}</strong>
          <span className="quiet">{caseLine(volume)}</span>
        </Button>
      </div>
      <p className={place.unsure ? 'volume-place unsure' : 'volume-place quiet'}>{place.text}</p>
      {open && (
        <div className="stack volume-body">
          {overlay && <VolumeLook volume={volume} overlay={overlay} />}
          {overlay && <VolumePlace volume={volume} />}
          <GeometryFacts volume={volume} />
          {overlay && (
            <Button className="button" onPress={() => verbs.removeVolume(id)}>
              {t('volumes.remove')}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}
