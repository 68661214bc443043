import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { CaseState, JobsState, KeepingState, SurfaceState, Viewer, ViewState } from '#state/viewer.ts';

/** Everything that draws takes the viewer from here; there is one per page. */
export const ViewerContext = createContext<Viewer | null>(null);

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('no viewer around this component');
  return viewer;
}

/** The narrowest slice of a store that a component needs. */
export const useCase = <Slice>(select: (state: CaseState) => Slice): Slice => useStore(useViewer().case, select);
export const useView = <Slice>(select: (state: ViewState) => Slice): Slice => useStore(useViewer().view, select);
export const useJobs = <Slice>(select: (state: JobsState) => Slice): Slice => useStore(useViewer().jobs, select);
export const useKeeping = <Slice>(select: (state: KeepingState) => Slice): Slice =>
  useStore(useViewer().keeping, select);
export const useSurfaces = <Slice>(select: (state: SurfaceState) => Slice): Slice =>
  useStore(useViewer().surfaces, select);
