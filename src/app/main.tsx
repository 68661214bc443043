import './jitless.ts';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { readAddress } from './address.ts';
import { createViewer } from './createViewer.ts';
import { answerPortal } from './embed.ts';
import { startHeadset } from './headset.ts';
import { Page } from './Page.tsx';
import { createViewerApi } from './viewerApi.ts';

const composition = createViewer();
const address = readAddress(location.search);

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <Page composition={composition} opening={address.source !== null} />
  </StrictMode>,
);

startHeadset(composition, { emulate: address.emulateHeadset, opens: address.source !== null });
const ready = Promise.resolve();
window.vesalius = createViewerApi(composition, ready);
void answerPortal(window.vesalius);
if (address.source) {
  // What failed is on its card.
  const { actions } = composition.viewer;
  actions
    .open(address.source)
    .then(() => (address.labels ? actions.openLabels(address.labels) : undefined))
    .catch(() => undefined);
}
