import { useEffect } from 'react';
import { methodById } from '#compute/methods/registry.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { RasPoint } from '#state/viewer.ts';
import { useDeskParts } from './deskContext.ts';

const CLICK_PX = 5;

/** While a method that starts from points is set, a click on the body or a slice adds one. */
export function useSeedClicks(): void {
  const { view } = useViewer();
  const { desk } = useDeskParts();
  useEffect(() => {
    let begun: { readonly ras: RasPoint; readonly x: number; readonly y: number } | null = null;
    const down = (event: PointerEvent) => {
      begun = null;
      const { tool, cursor } = view.getState();
      const inView = event.target instanceof Element && event.target.closest('[data-view]');
      if (tool !== 'methods' || !cursor || !inView || event.button !== 0) return;
      if (methodById(desk.getState().method).seeds !== 'required') return;
      begun = { ras: cursor.ras, x: event.clientX, y: event.clientY };
    };
    const up = (event: PointerEvent) => {
      if (!begun || Math.hypot(event.clientX - begun.x, event.clientY - begun.y) >= CLICK_PX) return;
      desk.set({ seeds: [...desk.getState().seeds, begun.ras] });
      begun = null;
    };
    // Before the view's own listeners, which forget what is hovered when a press begins.
    addEventListener('pointerdown', down, true);
    addEventListener('pointerup', up, true);
    return () => {
      removeEventListener('pointerdown', down, true);
      removeEventListener('pointerup', up, true);
    };
  }, [view, desk]);
}
