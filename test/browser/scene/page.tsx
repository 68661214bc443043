// The 3D view alone around a made body: three balls whose places and labels are formulas.
import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createPool } from '#compute/pool.ts';
import { spawnBrowser } from '#compute/spawnBrowser.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { packChunk } from '#core/mesh/pack.ts';
import { createLightKeeper, type LightKeeper } from '#scene/lightKeeper.ts';
import { Stage } from '#scene/Stage.tsx';
import type { StageModel } from '#scene/StageModel.ts';
import { ViewerContext } from '#scene/viewerContext.ts';
import type { Viewer } from '#state/viewer.ts';
import { fakeSegment, fakeViewer } from '../../scene/fakeViewer.ts';

declare global {
  interface Window {
    viewer: Viewer;
    stage: StageModel | null;
    keeper: LightKeeper;
    wrap: (on: boolean) => void;
  }
}

/** RAS mm: a red ball on the patient's right, a blue one on the left that nearly touches a pale one in the middle. */
const balls = [
  { slot: 1, centre: [60, 0, 0], radius: 34, color: '#b03020', tissue: 'liver' },
  { slot: 2, centre: [-52, 0, 0], radius: 30, color: '#3050c0', tissue: 'vein' },
  { slot: 3, centre: [0, 0, 8], radius: 21, color: '#e3d7bf', tissue: 'bone' },
] as const;

function ball([x, y, z]: readonly [number, number, number], radius: number): Mesh {
  const ROWS = 32;
  const COLUMNS = 64;
  const positions: number[] = [];
  const normals: number[] = [];
  const triangles: number[] = [];
  for (let row = 0; row <= ROWS; row++)
    for (let column = 0; column <= COLUMNS; column++) {
      const polar = (Math.PI * row) / ROWS;
      const angle = (2 * Math.PI * column) / COLUMNS;
      const n = [Math.sin(polar) * Math.cos(angle), Math.sin(polar) * Math.sin(angle), Math.cos(polar)] as const;
      normals.push(...n);
      positions.push(x + radius * n[0], y + radius * n[1], z + radius * n[2]);
      if (row === ROWS || column === COLUMNS) continue;
      const a = row * (COLUMNS + 1) + column;
      triangles.push(a, a + COLUMNS + 1, a + 1, a + 1, a + COLUMNS + 1, a + COLUMNS + 2);
    }
  return {
    positions: new Float32Array(positions),
    normals: new Float32Array(normals),
    triangles: new Uint32Array(triangles),
  };
}

const dims = [104, 44, 44] as const;
// i to the left, j to the back, k up, 2 mm.
const rasFromIjk = [-2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 2, 0, 103, 43, -43, 1];
const dense = new Uint8Array(dims[0] * dims[1] * dims[2]);
for (let k = 0, n = 0; k < dims[2]; k++)
  for (let j = 0; j < dims[1]; j++)
    for (let i = 0; i < dims[0]; i++, n++)
      for (const { slot, centre, radius } of balls)
        if (Math.hypot(103 - 2 * i - centre[0], 43 - 2 * j - centre[1], -43 + 2 * k - centre[2]) <= radius)
          dense[n] = slot;

const viewer = fakeViewer({
  dims,
  rasFromIjk,
  segments: balls.map(({ slot, color, tissue }) => fakeSegment(slot, { color, tissue })),
  chunks: [
    packChunk(
      balls.map(({ slot, centre, radius }) => ({ slot, mesh: ball(centre, radius) })),
      'balls',
      'full',
    ),
  ],
  labels: labelmapFromDense(dense, dims),
});
window.viewer = viewer;
window.keeper = createLightKeeper(createPool(spawnBrowser, 2), viewer);
/** Stands for what a headset brings when its code has come. */
const Wrapper = ({ children }: { readonly children: ReactNode }) => <group name="wrapper">{children}</group>;

function Page() {
  const [wrapped, wrap] = useState(false);
  window.wrap = wrap;
  return (
    <ViewerContext.Provider value={viewer}>
      <Stage
        label="body"
        contact={window.keeper.store}
        ContentWrapper={wrapped ? Wrapper : null}
        onStage={(stage) => {
          window.stage = stage;
        }}
      />
    </ViewerContext.Provider>
  );
}

const root = document.getElementById('root');
if (root) {
  document.body.style.margin = '0';
  Object.assign(root.style, { position: 'relative', width: '100vw', height: '100vh' });
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
