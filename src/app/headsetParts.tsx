// All that a headset needs, in a chunk of its own: loaded when the page is idle, before its button can be pressed.
import { XR } from '@react-three/xr';
import { type ComponentType, type ReactNode, useSyncExternalStore } from 'react';
import { asVesaliusError, VesaliusError } from '#core/errors.ts';
import type { StageModel } from '#scene/StageModel.ts';
import { furnish } from '#ui/spatial/furnish.ts';
import { HeadsetRoom } from '#xr/HeadsetRoom.tsx';
import { RoomModel } from '#xr/RoomModel.ts';
import { makeXRStore, sessionRefused, type XRMode } from '#xr/xrStore.ts';
import type { Composition } from './createViewer.ts';

export interface HeadsetParts {
  readonly ContentWrapper: ComponentType<{ readonly children: ReactNode }>;
  readonly room: ReactNode;
  enter(mode: XRMode): Promise<void>;
  exit(): Promise<void>;
}

const HINTS_KEY = 'vesalius.roomHints';
/** Which hints this device has learnt; without storage they are taught anew on each visit. */
const hintMemory = {
  get(): Record<string, number> {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(HINTS_KEY) ?? '{}');
      if (typeof kept !== 'object' || kept === null) return {};
      return Object.fromEntries(Object.entries(kept).filter(([, uses]) => typeof uses === 'number'));
    } catch {
      return {};
    }
  },
  set(uses: Readonly<Record<string, number>>): void {
    try {
      localStorage.setItem(HINTS_KEY, JSON.stringify(uses));
    } catch {
      // Full or forbidden.
    }
  },
};

/** The canvas may be mounted after a session is asked for; this long is waited. */
const CANVAS_MS = 10_000;

export function makeHeadsetParts(composition: Composition): HeadsetParts {
  const { viewer } = composition;
  const store = makeXRStore();
  let room: RoomModel | null = null;
  let roomStage: StageModel | null = null;
  let asked: XRMode = 'immersive-vr';
  const heard = new Set<() => void>();

  /** The room stands in one stage; a stage that was mounted anew gets its own. */
  function roomOf(stage: StageModel): RoomModel {
    if (room && roomStage === stage) return room;
    room?.dispose();
    roomStage = stage;
    room = new RoomModel(viewer, stage);
    furnish(
      room,
      {
        exit: () => void exit(),
        setSeated: (seated) => room?.setSeated(seated),
      },
      hintMemory,
    );
    for (const listener of heard) listener();
    return room;
  }

  store.subscribe(({ session }, { session: before }) => {
    if (session === before) return;
    if (session && composition.stage) {
      roomOf(composition.stage).begin(session, asked);
      viewer.view.verbs.set({ xr: asked });
    } else if (!session) {
      room?.end();
      viewer.view.verbs.set({ xr: 'none' });
    }
  });

  async function mounted(): Promise<void> {
    const untilMs = performance.now() + CANVAS_MS;
    while (!composition.stage || !connected) {
      if (performance.now() > untilMs) {
        throw new VesaliusError({ code: 'xr', what: 'headset', where: '3D view', expected: 'a view', got: 'none' });
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  async function enter(mode: XRMode): Promise<void> {
    if (store.getState().session) await exit();
    if (!composition.stage || !connected) await mounted();
    asked = mode;
    try {
      await store.enterXR(mode);
    } catch (thrown) {
      // Whatever a half-made session has changed goes back.
      await store
        .getState()
        .session?.end()
        .catch(() => undefined);
      viewer.view.verbs.set({ xr: 'none' });
      throw sessionRefused(thrown);
    }
  }

  async function exit(): Promise<void> {
    const { session } = store.getState();
    if (!session) return;
    try {
      await session.end();
    } catch (thrown) {
      // Ended by the headset meanwhile: what was wanted.
      if (store.getState().session) throw asVesaliusError(thrown);
    }
  }

  let connected = false;
  function ContentWrapper({ children }: { readonly children: ReactNode }) {
    return <XR store={store}>{children}</XR>;
  }
  function Room() {
    const stage = composition.stage;
    const current = useSyncExternalStore(
      (listener) => {
        heard.add(listener);
        return () => heard.delete(listener);
      },
      () => room,
    );
    if (stage && roomStage !== stage) queueMicrotask(() => roomOf(stage));
    connected = true;
    return current ? <HeadsetRoom room={current} /> : null;
  }

  return { ContentWrapper, room: <Room />, enter, exit };
}
