import { useEffect, useRef } from 'react';
import { identityTransform } from '#core/space/registration.ts';
import { rigidParts, withRigidParts } from '#core/space/rigidParts.ts';
import { t } from '#i18n/t.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { VolumeRecord } from '#state/viewer.ts';
import { middleOfVolume } from '#ui/model/volumes.ts';
import { NumberBox } from '../Controls.tsx';

const REST_MS = 600;
const axes = [0, 1, 2] as const;
const letters = ['R', 'A', 'S'] as const;

/** Millimetres that the volume's middle is moved, and degrees that it is turned there; steps that follow each other are one act. */
export function HandMove({ volume }: { readonly volume: VolumeRecord }) {
  const { verbs } = useViewer().case;
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(
    () => () => {
      clearTimeout(rest.current);
      verbs.endGesture();
    },
    [verbs],
  );
  const { placed } = volume;
  const matrix = placed?.matrix ?? identityTransform.matrix;
  const middle = middleOfVolume(volume);
  const parts = rigidParts(matrix, middle);
  const change = (part: 'moveMm' | 'turnDegrees', axis: 0 | 1 | 2, value: number) => {
    const changed = parts[part].map((was, n) => (n === axis ? value : was)) as [number, number, number];
    verbs.setPlaced(
      volume.id,
      {
        kind: 'hand',
        matrix: withRigidParts(matrix, middle, { ...parts, [part]: changed }),
        field: placed?.field ?? null,
        // A residual that was measured is that of another place.
        residualMm: null,
        landmarks: placed?.landmarks ?? [],
      },
      'hand',
    );
    clearTimeout(rest.current);
    rest.current = setTimeout(() => verbs.endGesture(), REST_MS);
  };
  return (
    <div className="hand-move">
      {(['moveMm', 'turnDegrees'] as const).map((part) => (
        <fieldset key={part}>
          <legend>{t(part === 'moveMm' ? 'volumes.move' : 'volumes.turn')}</legend>
          {axes.map((axis) => (
            <NumberBox
              key={axis}
              label={t(`letter.${letters[axis]}`)}
              value={Number(parts[part][axis].toFixed(2))}
              unit={part === 'moveMm' ? 'mm' : '°'}
              step={part === 'moveMm' ? 0.5 : 0.5}
              digits={2}
              onChange={(value) => value !== null && change(part, axis, value)}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}
