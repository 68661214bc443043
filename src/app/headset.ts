// The headset's place in the page: what there is, when its parts are loaded, and what `enterXR` may say.
import type { ComponentType, ReactNode } from 'react';
import { createStore } from 'zustand/vanilla';
import { VesaliusError } from '#core/errors.ts';
import { t } from '#i18n/t.ts';
import type { Composition, Headset } from './createViewer.ts';
import type { HeadsetParts } from './headsetParts.tsx';

/** What the 3D view takes in for a headset; null until it is loaded. */
export const xrParts = createStore<{
  readonly ContentWrapper: ComponentType<{ readonly children: ReactNode }> | null;
  readonly room: ReactNode;
}>()(() => ({ ContentWrapper: null, room: null }));

type Support = { readonly vr: boolean; readonly ar: boolean; readonly emulated: boolean };

/**
 * Looks for a headset, and for an emulated one where the address asks for it and there is no other; loads what it needs once
 * the first picture is shown and the page is idle, and says `view.headset` only then: a press on Enter must find it loaded,
 * since the permission that a press gives does not last a download.
 * @param opens the address opens a case: its picture comes first
 */
export function startHeadset(
  composition: Composition,
  { emulate, opens }: { readonly emulate: boolean; readonly opens: boolean },
): void {
  const { viewer } = composition;
  let installed = false;
  let support: Promise<Support> = find();
  let parts: Promise<HeadsetParts> | null = null;

  async function find(): Promise<Support> {
    const found = await supported(installed);
    if (found.vr || found.ar || !emulate || installed) return found;
    installed = true;
    const { installEmulated } = await import('#xr/emulated.ts');
    installEmulated();
    tellKeys(composition);
    return supported(true);
  }

  function load(): Promise<HeadsetParts> {
    parts ??= import('./headsetParts.tsx').then(({ makeHeadsetParts }) => {
      const made = makeHeadsetParts(composition);
      xrParts.setState({ ContentWrapper: made.ContentWrapper, room: made.room });
      return made;
    });
    // A download that failed may be tried again.
    parts.catch(() => {
      parts = null;
    });
    return parts;
  }

  async function tell(): Promise<void> {
    const { vr, ar, emulated } = await support;
    if (!vr && !ar) {
      viewer.view.verbs.set({ headset: 'none', headsetAr: false });
      return;
    }
    if (opens) await firstPicture(composition);
    await idle();
    await load();
    viewer.view.verbs.set({ headset: emulated ? 'emulated' : 'ready', headsetAr: ar });
  }
  const look = () => {
    support = find();
    tell().catch((thrown: unknown) => console.warn('headset', thrown));
  };
  tell().catch((thrown: unknown) => console.warn('headset', thrown));
  navigator.xr?.addEventListener?.('devicechange', look);

  const headset: Headset = {
    async enter(mode) {
      const { vr, ar } = await support;
      if (!(mode === 'immersive-vr' ? vr : ar)) {
        throw new VesaliusError({
          code: 'no-headset',
          what: 'headset',
          where: 'navigator.xr',
          expected: mode,
          got: 'not offered by this device',
        });
      }
      await (await load()).enter(mode);
    },
    exit: async () => (await parts)?.exit(),
  };
  composition.headset = headset;
}

/** One line of help over the picture while the emulated headset presents: its keys cannot be guessed. */
function tellKeys({ viewer }: Composition): void {
  const note = document.createElement('p');
  note.setAttribute('role', 'note');
  Object.assign(note.style, {
    position: 'fixed',
    inset: 'auto 12px 12px',
    zIndex: '2147483647',
    margin: '0',
    textAlign: 'center',
    color: '#c3ccd3',
    font: "13px/20px 'Inter Variable', system-ui, sans-serif",
    textShadow: '0 0 4px #0e1113, 0 0 4px #0e1113',
    pointerEvents: 'none',
  });
  const show = () => {
    note.textContent = t('room.emulated');
    if (viewer.view.getState().xr === 'none') note.remove();
    else document.body.append(note);
  };
  viewer.view.subscribe((view, before) => {
    if (view.xr !== before.xr) show();
  });
}

async function supported(emulated: boolean): Promise<Support> {
  const { xr } = navigator;
  if (!xr) return { vr: false, ar: false, emulated };
  // A browser may refuse the question itself, as in a frame that was not allowed to ask: then there is none.
  const ask = (mode: XRSessionMode) => xr.isSessionSupported(mode).catch(() => false);
  const [vr, ar] = await Promise.all([ask('immersive-vr'), ask('immersive-ar')]);
  return { vr, ar, emulated };
}

/** The first surface on the screen, or the card that says why there is none. */
function firstPicture({ viewer }: Composition): Promise<void> {
  const done = () => viewer.surfaces.getState().chunks.size > 0 || viewer.jobs.getState().errors.length > 0;
  if (done()) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (!done()) return;
      for (const stop of stops) stop();
      resolve();
    };
    const stops = [viewer.surfaces.subscribe(look), viewer.jobs.subscribe(look)];
  });
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: 4000 });
    else setTimeout(resolve, 400);
  });
}
