import './jitless.ts';

import { StrictMode, useCallback } from 'react';
import { createRoot } from 'react-dom/client';
import { useStore } from 'zustand';
import type { StageModel } from '#scene/StageModel.ts';
import { Stage } from '#scene/Stage.tsx';
import { ViewerContext } from '#scene/viewerContext.ts';
import { readAddress } from './address.ts';
import { type Composition, createViewer } from './createViewer.ts';
import { startHeadset, xrParts } from './headset.ts';
import { createViewerApi } from './viewerApi.ts';

const composition = createViewer();
const address = readAddress(location.search);

function Page({ composition }: { readonly composition: Composition }) {
  const onStage = useCallback(
    (stage: StageModel | null) => {
      composition.stage = stage;
    },
    [composition],
  );
  const { ContentWrapper, room } = useStore(xrParts);
  return (
    <ViewerContext.Provider value={composition.viewer}>
      <div className="page">
        <Stage onStage={onStage} ContentWrapper={ContentWrapper} room={room} label="3D" />
      </div>
    </ViewerContext.Provider>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <Page composition={composition} />
  </StrictMode>,
);

startHeadset(composition, { emulate: address.emulateHeadset, opens: address.source !== null });
const ready = Promise.resolve();
window.vesalius = createViewerApi(composition, ready);
if (address.source) {
  // What failed is on its card.
  composition.viewer.actions.open(address.source).catch(() => undefined);
}
