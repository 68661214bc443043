import { createContext, useContext } from 'react';
import type { StageModel } from './StageModel.ts';

/** The stage around a component inside the 3D view: its model root, its camera, its picks. */
export const StageContext = createContext<StageModel | null>(null);

export function useStage(): StageModel {
  const stage = useContext(StageContext);
  if (!stage) throw new Error('no stage around this component');
  return stage;
}
