import { ChevronDown, LoaderCircle } from 'lucide-react';
import { Button, MenuTrigger } from 'react-aria-components';
import { formatMm, formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useCase, useSurfaces, useView, useViewer } from '#scene/viewerContext.ts';
import type { CameraFacts, NamedView } from '#state/viewer.ts';
import { cubeFaces, edgeLetters, namedViewOf, scaleBar, viewOfSide } from '#ui/model/orientation.ts';
import { ActMenu, Floating } from './Controls.tsx';
import { MeasureTags } from './MeasureTags.tsx';
import { NameTag } from './NameTag.tsx';
import { ToolColumn } from './ToolColumn.tsx';

/** What stands on the 3D view: tools, letters, cube, scale, name tag. The body itself is free. */
export function ViewOverlay() {
  const camera = useView((state) => state.camera);
  const open = useCase((state) => state.volumes.length > 0);
  return (
    <div className="view-overlay">
      {open && camera && (
        <>
          <Letters camera={camera} />
          <MeasureTags />
          <NameTag />
          <Corner camera={camera} />
          <Scale camera={camera} />
          <Coarse />
          <Description camera={camera} />
        </>
      )}
      <ToolColumn />
    </div>
  );
}

function Letters({ camera }: { readonly camera: CameraFacts }) {
  const letters = edgeLetters(camera);
  return (
    <>
      {(['top', 'bottom', 'left', 'right'] as const).map((edge) => (
        <span key={edge} className={`edge-letter ${edge}`} data-edge={edge}>
          {t(`letter.${letters[edge]}`)}
        </span>
      ))}
    </>
  );
}

const views: readonly NamedView[] = ['front', 'back', 'right', 'left', 'top', 'bottom', 'three-quarter'];

function Corner({ camera }: { readonly camera: CameraFacts }) {
  const { view } = useViewer();
  const named = namedViewOf(camera);
  return (
    <div className="view-corner">
      <Cube camera={camera} />
      <MenuTrigger>
        <Button className="view-menu-button">
          {t(named ? `view.${named}` : 'view.free')}
          <ChevronDown aria-hidden />
        </Button>
        <Floating placement="bottom end">
          <ActMenu
            label={t('view.views')}
            choices={views.map((id) => ({ id, label: t(`view.${id}`), onAction: () => view.verbs.lookFrom(id) }))}
          />
        </Floating>
      </MenuTrigger>
    </div>
  );
}

/** Its sides can be pressed; for the keyboard the same views stand in the menu below and on X, Y, Z. */
function Cube({ camera }: { readonly camera: CameraFacts }) {
  const { view } = useViewer();
  const { near } = edgeLetters(camera);
  return (
    <svg className="cube" viewBox="-34 -34 68 68" role="img" aria-label={t('view.cube', { side: t(`side.${near}`) })}>
      {cubeFaces(camera).map(({ letter, corners, facing }) => {
        const middle = [0, 1].map((n) => (30 * corners.reduce((sum, corner) => sum + (corner[n] as number), 0)) / 4);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: a second way; see above
          <g key={letter} onClick={() => view.verbs.lookFrom(viewOfSide[letter])}>
            <polygon points={corners.map(([x, y]) => `${30 * x},${30 * y}`).join(' ')} />
            {facing > 0.25 && (
              <text x={middle[0]} y={middle[1]}>
                {t(`letter.${letter}`)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

function Scale({ camera }: { readonly camera: CameraFacts }) {
  const bar = scaleBar(camera.pixelsPerMm);
  if (!bar) return null;
  const digits = bar.mm >= 1 ? 0 : Math.ceil(-Math.log10(bar.mm));
  return (
    <div
      className="view-chip scale-bar"
      role="img"
      aria-label={`${t('view.scale')} ${formatMm(bar.mm, digits)}`}
      dir="ltr"
    >
      <span className="bar" data-testid="scale-bar" style={{ inlineSize: `${bar.px}px` }} />
      <span>{formatMm(bar.mm, digits)}</span>
    </div>
  );
}

/** A coarse surface says that it is one. */
function Coarse() {
  const coarse = useSurfaces((state) => [...state.chunks.values()].some(({ detail }) => detail === 'coarse'));
  if (!coarse) return null;
  return (
    <div className="view-chip coarse" role="status">
      <LoaderCircle className="turning" aria-hidden />
      {t('view.coarse')}
    </div>
  );
}

/** What the picture shows, in words, for who cannot see it. */
function Description({ camera }: { readonly camera: CameraFacts }) {
  const shown = useCase((state) => state.segments.filter(({ visible }) => visible).length);
  const named = namedViewOf(camera);
  return (
    <p id="view-description" className="unseen">
      {t('view.describe', { from: t(named ? `view.${named}` : 'view.free'), count: formatNumber(shown) })}
    </p>
  );
}
