import type { Composition } from './createViewer.ts';

/** How often it is looked whether the first picture is there. */
const LOOK_MS = 30;

/**
 * Resolves when what the page's address asked for can be seen and pointed at, or has failed (its card says why); at once where
 * the address asks for nothing.
 */
export async function readiness(composition: Composition, opening: Promise<void> | null): Promise<void> {
  if (!opening) return;
  let over = false;
  opening
    .finally(() => {
      over = true;
    })
    .catch(() => undefined);
  while (!over && !isSeen(composition)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

function isSeen({ stage, store }: Composition): boolean {
  const segment = store.getState().segments.find(({ visible }) => visible);
  const labels = segment && store.voxels.layer(segment.layer)?.labels;
  if (!stage || !labels?.bricks.some((brick) => brick !== 0)) return false;
  return stage.stats(performance.now()).triangles > 1000;
}
