import type { OpenSource, Viewer } from '#state/viewer.ts';
import type { DeskStore } from './deskStore.ts';

/**
 * Opens what the person chose. While a scan is open it is asked first whether it comes instead or lies over it; a sample
 * or a stored case is one of its own, and segments lie over it without asking.
 */
export async function offer(viewer: Viewer, desk: DeskStore, source: OpenSource): Promise<void> {
  const own = 'sample' in source || 'stored' in source;
  const openAtOnce = own || viewer.case.getState().volumes.length === 0 || (await viewer.actions.segmentsAlone(source));
  if (openAtOnce) await viewer.actions.open(source);
  else desk.set({ asked: source });
}
