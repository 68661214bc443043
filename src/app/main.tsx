import './jitless.ts';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { setLanguage } from '#i18n/t.ts';
import { languages } from '#ui/model/choices.ts';
import { readAddress } from './address.ts';
import { createViewer } from './createViewer.ts';
import { answerPortal } from './embed.ts';
import { startHeadset } from './headset.ts';
import { leftOpen, unmarkOpen } from './leftOpen.ts';
import { Page } from './Page.tsx';
import { readiness } from './readiness.ts';
import { createViewerApi } from './viewerApi.ts';

const composition = createViewer();
const address = readAddress(location.search);
// For this visit alone: what the person chose is kept for the next.
const language = languages.find((each) => each === address.language);
if (language) setLanguage(language);

/** Not the module itself: one that awaits is cut into many small files, which together are larger. */
async function start(): Promise<void> {
  // What the address asks for goes before what was open when the page ended.
  const left = address.source ? null : await leftOpen();
  const source = address.source ?? (left && { stored: left.id });

  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <Page composition={composition} opening={source !== null} />
    </StrictMode>,
  );

  startHeadset(composition, { emulate: address.emulateHeadset, opens: source !== null });
  const { actions } = composition.viewer;
  const { labels } = address;
  const opening = source && actions.open(source);
  if (left) {
    opening?.then(
      () => left.ended && composition.viewer.jobs.verbs.notify('notice.restored', ''),
      () => unmarkOpen(left.id),
    );
  }
  window.vesalius = createViewerApi(composition, readiness(composition, opening));
  answerPortal(window.vesalius).catch((thrown: unknown) => console.warn('portal', thrown));
  // What failed is on its card.
  opening?.then(() => (labels ? actions.openLabels(labels) : undefined)).catch(() => undefined);
}

void start();
