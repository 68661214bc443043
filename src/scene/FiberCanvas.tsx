import { createRoot, extend, type ReconcilerRoot, type RootState } from '@react-three/fiber';
import { type ReactNode, useEffect, useInsertionEffect, useLayoutEffect, useRef, useState } from 'react';
import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  CircleGeometry,
  CylinderGeometry,
  Group,
  Line,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  Object3D,
  PlaneGeometry,
  RingGeometry,
  ShaderMaterial,
  SphereGeometry,
} from 'three';
import { FOV_DEGREES } from '#scene/camera/orbit.ts';

// Elements that may be written as JSX inside the view. Fiber's own Canvas would bring the whole of three into the first bundle.
extend({
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  CircleGeometry,
  CylinderGeometry,
  Group,
  Line,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  Object3D,
  PlaneGeometry,
  RingGeometry,
  ShaderMaterial,
  SphereGeometry,
});

/** Pixels beyond this density cost more than they show. */
const MAX_PIXEL_RATIO = 2;
/** Picks walk the labelmap; fiber's ray casting on every move of the pointer stays off. */
const noEvents = () => ({ enabled: false, priority: 0 });

/**
 * A canvas that fills its parent and draws what its children say, when something changed. Contexts of the page end here: give
 * what is needed inside again.
 */
export function FiberCanvas({
  children,
  onCreated,
}: {
  readonly children: ReactNode;
  readonly onCreated: (state: RootState) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const root = useRef<ReconcilerRoot<HTMLCanvasElement> | null>(null);
  const [size, setSize] = useState<{ width: number; height: number; top: number; left: number } | null>(null);
  const [ready, setReady] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  // No WebGL: said to whoever draws the page around.
  if (failure) throw failure;

  useLayoutEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return;
    const measure = () => {
      const { width, height, top, left } = element.getBoundingClientRect();
      setSize((before) =>
        before && before.width === width && before.height === height ? before : { width, height, top, left },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Insertion effects are not replayed by StrictMode: only the real end releases the renderer.
  useInsertionEffect(
    () => () => {
      root.current?.unmount();
      root.current = null;
    },
    [],
  );

  useLayoutEffect(() => {
    if (!canvas.current || !size || size.width <= 0 || size.height <= 0) return;
    root.current ??= createRoot(canvas.current);
    root.current
      .configure({
        events: noEvents,
        frameloop: 'demand',
        dpr: [1, MAX_PIXEL_RATIO],
        camera: { fov: FOV_DEGREES, near: 0.01, far: 20, position: [0, 0, 2] },
        gl: { antialias: true, powerPreference: 'high-performance', stencil: false },
        size,
        onCreated,
      })
      .then(() => setReady(true), setFailure);
  }, [size, onCreated]);

  useEffect(() => {
    if (ready) root.current?.render(children);
  });

  return <canvas ref={canvas} style={{ display: 'block', width: '100%', height: '100%' }} />;
}
