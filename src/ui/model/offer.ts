import type { OpenSource, Viewer } from '#state/viewer.ts';
import type { DeskStore } from './deskStore.ts';

/** Opens what the person chose. While a scan is open it is asked first whether it comes instead or lies over it; a sample is a case of its own. */
export async function offer(viewer: Viewer, desk: DeskStore, source: OpenSource): Promise<void> {
  if (viewer.case.getState().volumes.length === 0 || 'sample' in source) await viewer.actions.open(source);
  else desk.set({ asked: source });
}
