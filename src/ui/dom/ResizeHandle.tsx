import { useRef } from 'react';
import { direction, t } from '#i18n/t.ts';
import { useView, useViewer } from '#scene/viewerContext.ts';

const [LEAST, MOST] = [256, 480];
const within = (width: number): number => Math.min(MOST, Math.max(LEAST, Math.round(width)));

/** The border of a panel: drag it, or move it by arrows; remembered. */
export function ResizeHandle({ side }: { readonly side: 'left' | 'right' }) {
  const { view } = useViewer();
  const width = useView((state) => (side === 'left' ? state.leftWidth : state.rightWidth));
  const begun = useRef<{ x: number; width: number } | null>(null);
  const set = (next: number) =>
    view.verbs.set(side === 'left' ? { leftWidth: within(next) } : { rightWidth: within(next) });
  // Which way on the screen makes it wider.
  const sign = (side === 'left' ? 1 : -1) * (direction() === 'rtl' ? -1 : 1);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that can be moved
    <div
      className={`resize of-${side}`}
      role="separator"
      aria-orientation="vertical"
      aria-label={t('common.resize')}
      aria-valuenow={width}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        begun.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (begun.current) set(begun.current.width + sign * (event.clientX - begun.current.x));
      }}
      onPointerUp={() => {
        begun.current = null;
      }}
      onDoubleClick={() => set(side === 'left' ? 336 : 304)}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0;
        if (by !== 0) set(width + sign * by);
      }}
    />
  );
}
