import { useFrame, useThree } from '@react-three/fiber';
import { useEffect, useMemo } from 'react';
import { useStage } from '#scene/stageContext.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { RasPoint } from '#state/viewer.ts';
import { PlanesModel } from './PlanesModel.ts';
import { planeDrag } from './planeDrag.ts';

/** The planes while they are shown; inside the model root. */
export default function DrawnPlanes() {
  const viewer = useViewer();
  const stage = useStage();
  const { gl, invalidate } = useThree();
  const planes = useMemo(() => new PlanesModel(viewer), [viewer]);
  useEffect(() => {
    invalidate();
    const stop = viewer.case.subscribe((now, before) => {
      if (
        now.crosshair !== before.crosshair ||
        now.window !== before.window ||
        now.volumes !== before.volumes ||
        now.revision !== before.revision
      )
        invalidate();
    });
    const stopTime = viewer.view.subscribe((now, before) => {
      if (now.timepoint !== before.timepoint || now.overlayMode !== before.overlayMode) invalidate();
    });
    return () => {
      stop();
      stopTime();
      planes.dispose();
      invalidate();
    };
  }, [viewer, planes, invalidate]);
  useEffect(() => {
    const wall = (origin: RasPoint, direction: RasPoint) => planes.pick(origin, direction, 0);
    stage.walls.add(wall);
    return () => void stage.walls.delete(wall);
  }, [stage, planes]);
  useEffect(() => planeDrag(gl.domElement, stage, planes, viewer), [gl, stage, planes, viewer]);
  // However many changes a frame brings, each plane is cut once.
  useFrame(() => planes.update());
  return <primitive object={planes.group} dispose={null} />;
}
