// The slices and the stage around a made scan, with the app's own stores.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createViewer } from '#app/createViewer.ts';
import { volumeRecord } from '#core/case/volumeRecord.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { affine } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import { SlicePlanes } from '#scene/planes/SlicePlanes.tsx';
import { Stage } from '#scene/Stage.tsx';
import type { StageModel } from '#scene/StageModel.ts';
import { ViewerContext } from '#scene/viewerContext.ts';
import type { Viewer } from '#state/viewer.ts';
import { SliceRow } from '#ui/dom/slices/SliceRow.tsx';
import { balls, dims, labelAt, rasFromIjk, rasOf, spacing, valueAt } from './madeScan.ts';
import '#ui/dom/tokens.css';
import '#ui/dom/base.css';

declare global {
  interface Window {
    viewer: Viewer;
    stage: StageModel | null;
    /** Hands the voxels over: until then the case is open without them. */
    arrive(): void;
    /** Hands them over anew, as if these planes (k) had been made up between the others. */
    makeUp(planes: readonly number[]): void;
  }
}

const count = dims[0] * dims[1] * dims[2];
const scalars = new Int16Array(count);
const dense = new Uint8Array(count);
for (let k = 0, n = 0; k < dims[2]; k++)
  for (let j = 0; j < dims[1]; j++)
    for (let i = 0; i < dims[0]; i++, n++) {
      scalars[n] = valueAt([i, j, k]);
      dense[n] = labelAt(rasOf([i, j, k]));
    }
const volume: Volume = {
  scalars,
  header: {
    name: 'made',
    dims,
    timepoints: 1,
    scalarType: 'i16',
    slope: 1,
    intercept: 0,
    rasFromIjk: affine('ras', 'ijk', rasFromIjk),
    spacing,
    modality: 'CT',
    modalityGuessed: false,
    unit: 'HU',
    format: 'phantom',
    synthetic: true,
    warnings: [],
    storedRange: [-1000, 219],
  },
};

const { viewer, store } = createViewer();
store.putVolume('made', volume.header, null);
store.verbs.open('made', volumeRecord('made', volume.header), { level: 40, width: 400 }, [1, -1, 2]);
store.verbs.addLayer(
  labelmapFromDense(dense, dims),
  balls.map(({ name, value, color }) => ({
    name,
    value,
    color,
    opacity: 1,
    visible: true,
    tissue: 'other',
    group: 'other',
    voxels: 1,
    volumeMl: 1,
    cutByEdge: false,
    madeBy: { method: 'hand', settings: {}, automatic: false },
    reviewed: false,
    code: null,
    isovalue: null,
  })),
  'history.segmented',
);
window.viewer = viewer;
window.arrive = () => {
  store.putVolume('made', volume.header, volume);
  const layer = store.getState().segments[0]?.layer;
  if (layer) store.verbs.refineLayer(layer, null, [{ value: 1, voxels: 2 }]);
};
window.makeUp = (interpolatedSlices) => {
  const header = { ...volume.header, interpolatedSlices };
  store.putVolume('made', header, { ...volume, header });
  store.verbs.setCrosshair([1, -1, 2]);
  store.verbs.setCrosshair([1, -1, 5]);
};

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ViewerContext.Provider value={viewer}>
        <div style={{ position: 'absolute', left: 0, top: 0, width: 900, height: 300 }}>
          <SliceRow />
        </div>
        <div style={{ position: 'absolute', left: 0, top: 300, width: 400, height: 300 }}>
          <Stage
            label="body"
            onStage={(stage) => {
              window.stage = stage;
            }}
          >
            <SlicePlanes />
          </Stage>
        </div>
      </ViewerContext.Provider>
    </StrictMode>,
  );
}
