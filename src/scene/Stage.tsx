import { addAfterEffect, addEffect, type RootState, useFrame, useThree } from '@react-three/fiber';
import { type ComponentType, Fragment, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { ACESFilmicToneMapping, type PerspectiveCamera } from 'three';
import type { StoreApi } from 'zustand/vanilla';
import { deskPointer } from './deskPointer.ts';
import { FiberCanvas } from './FiberCanvas.tsx';
import type { LightState } from './lightKeeper.ts';
import { StageModel } from './StageModel.ts';
import { StageContext } from './stageContext.ts';
import { useViewer, ViewerContext } from './viewerContext.ts';

export interface StageProps {
  /** Drawn in the model root: positions in RAS mm. */
  readonly children?: ReactNode;
  /** Drawn in the room: positions in metres. */
  readonly room?: ReactNode;
  /** Wraps all that is drawn, for what a headset needs; may come late, nothing on the GPU is made anew. */
  readonly ContentWrapper?: ComponentType<{ readonly children: ReactNode }> | null;
  /** Where the shadow under the body comes from: the store of the light keeper. */
  readonly contact?: StoreApi<LightState> | undefined;
  /** The view's name and description for the screen reader. */
  readonly label?: string;
  readonly describedBy?: string;
  /** Hands the stage out to those who are not React: picks, stats, model root. */
  readonly onStage?: (stage: StageModel | null) => void;
}

function toneMapping({ gl }: RootState): void {
  gl.toneMapping = ACESFilmicToneMapping;
  gl.toneMappingExposure = 0.84;
}

/** The 3D view. Fills its parent; draws only when something changed. */
export function Stage({ children, room, ContentWrapper, contact, label, describedBy, onStage }: StageProps) {
  const viewer = useViewer();
  const stage = useMemo(() => new StageModel(viewer), [viewer]);
  const element = useRef<HTMLDivElement>(null);
  const Wrapper = ContentWrapper ?? Fragment;

  useEffect(() => {
    onStage?.(stage);
    return () => onStage?.(null);
  }, [stage, onStage]);
  // What is freed is made again when it is next drawn.
  useEffect(() => {
    stage.refresh();
    return () => stage.dispose();
  }, [stage]);
  useEffect(() => (element.current ? deskPointer(element.current, stage, viewer) : undefined), [stage, viewer]);

  return (
    <div
      ref={element}
      className="stage"
      role="application"
      aria-label={label}
      aria-describedby={describedBy}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the view takes keys
      tabIndex={0}
      style={{ position: 'absolute', inset: 0, touchAction: 'none', userSelect: 'none' }}
    >
      <FiberCanvas onCreated={toneMapping}>
        <ViewerContext.Provider value={viewer}>
          <StageContext.Provider value={stage}>
            <Wrapper>
              <Content stage={stage} contact={contact}>
                {children}
              </Content>
              {room}
            </Wrapper>
          </StageContext.Provider>
        </ViewerContext.Provider>
      </FiberCanvas>
    </div>
  );
}

function Content({
  stage,
  contact,
  children,
}: {
  readonly stage: StageModel;
  readonly contact: StageProps['contact'];
  readonly children: ReactNode;
}) {
  const viewer = useViewer();
  const { gl, scene, camera, size, invalidate, advance } = useThree();

  useLayoutEffect(
    () => stage.attach(camera as PerspectiveCamera, scene, gl.domElement, () => advance(performance.now())),
    [stage, camera, scene, gl, advance],
  );
  useLayoutEffect(() => {
    if (!contact) return;
    stage.setContact(contact.getState().contact);
    return contact.subscribe(({ contact: shadow }) => stage.setContact(shadow));
  }, [stage, contact]);
  useLayoutEffect(() => {
    stage.invalidate = invalidate;
    stage.resize(size.width, size.height);
    invalidate();
  }, [stage, size, invalidate]);

  useLayoutEffect(() => {
    stage.refresh();
    let wished = viewer.view.getState().cameraWish.serial;
    const stops = [
      viewer.case.subscribe(() => stage.refresh()),
      viewer.surfaces.subscribe(() => stage.refresh()),
      viewer.view.subscribe((view, before) => {
        const { cameraWish } = view;
        if (cameraWish.serial !== wished) {
          wished = cameraWish.serial;
          const now = performance.now();
          if (cameraWish.view) stage.desk.lookFrom(cameraWish.view, now);
          else stage.frameSegment(cameraWish.segment, now);
          invalidate();
        }
        if (
          view.selection !== before.selection ||
          view.hover?.segment !== before.hover?.segment ||
          view.look !== before.look ||
          view.clip !== before.clip ||
          view.theme !== before.theme ||
          view.xr !== before.xr
        )
          stage.refresh();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [stage, viewer, invalidate]);

  useEffect(() => {
    // Without it the first frame waits for the driver, and nothing else is lost.
    stage.arena.warmUp(gl, camera).catch(() => undefined);
  }, [stage, gl, camera]);

  useEffect(() => {
    // What the GPU held is a function of arrays that are still here: three uploads them with the next frame.
    const restored = () => {
      stage.refresh();
      invalidate();
    };
    const quiet = matchMedia('(prefers-reduced-motion: reduce)');
    const motion = () => {
      stage.desk.reducedMotion = quiet.matches;
    };
    motion();
    gl.domElement.addEventListener('webglcontextrestored', restored);
    quiet.addEventListener('change', motion);
    const stopBegin = addEffect(() => stage.meter.begin(performance.now()));
    const stopEnd = addAfterEffect(() => stage.meter.end(performance.now()));
    return () => {
      gl.domElement.removeEventListener('webglcontextrestored', restored);
      quiet.removeEventListener('change', motion);
      stopBegin();
      stopEnd();
    };
  }, [stage, gl, invalidate]);

  useFrame((state, sinceSeconds) => {
    if (stage.step(state.camera as PerspectiveCamera, performance.now(), sinceSeconds * 1000)) state.invalidate();
  });

  return (
    <>
      <primitive object={stage.backdrop.mesh} dispose={null} />
      <primitive object={stage.disc.mesh} dispose={null} />
      <primitive object={stage.modelRoot} dispose={null}>
        {children}
      </primitive>
    </>
  );
}
