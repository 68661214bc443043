import { createContext, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import { useViewer } from '#scene/viewerContext.ts';
import type { ActContext } from '#ui/model/acts.ts';
import type { DeskState, DeskStore } from '#ui/model/deskStore.ts';
import type { DeskHost } from '#ui/model/host.ts';
import { saveFile } from './saveFile.ts';

export interface DeskParts {
  readonly desk: DeskStore;
  readonly host: DeskHost;
}
export const DeskContext = createContext<DeskParts | null>(null);

export function useDeskParts(): DeskParts {
  const parts = useContext(DeskContext);
  if (!parts) throw new Error('no desk around this component');
  return parts;
}

export const useDesk = <Slice>(select: (state: DeskState) => Slice): Slice => useStore(useDeskParts().desk, select);

/** What acts need. */
export function useActs(): ActContext {
  const viewer = useViewer();
  const { desk } = useDeskParts();
  return useMemo(() => ({ viewer, desk, save: saveFile }), [viewer, desk]);
}
