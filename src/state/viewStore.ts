// How this device looks at the case. Never in the document; what belongs to the person at this device is remembered.
import * as z from 'zod/mini';
import { createStore } from 'zustand/vanilla';
import type { Viewer, ViewState } from './viewer.ts';

/** localStorage, or anything like it. `get` may give what an older program or another one wrote; both may throw. */
export interface KeyValueStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

const STORAGE_KEY = 'vesalius.view';
/** Raised when the meaning of a remembered field changes. */
const VIEW_VERSION = 1;

const panelWidth = z.number().check(z.minimum(256), z.maximum(480));
/** Each field stands for itself: one that does not parse is left at its default, the others are kept. */
const remembered = {
  panelsFolded: z.boolean(),
  leftWidth: panelWidth,
  rightWidth: panelWidth,
  theme: z.enum(['dark', 'light', 'contrast', 'system']),
  language: z.string().check(z.minLength(2), z.maxLength(20)),
  convention: z.enum(['radiological', 'neurological']),
} as const satisfies Partial<Record<keyof ViewState, z.ZodMiniType>>;
type Remembered = Pick<ViewState, keyof typeof remembered>;

export const defaultView: ViewState = {
  tool: 'inspect',
  selection: [],
  hover: null,
  cursor: null,
  layout: 'both',
  largeSlice: null,
  panelsFolded: false,
  leftWidth: 336,
  rightWidth: 304,
  theme: 'dark',
  language: 'en',
  convention: 'radiological',
  overlayMode: 'blend',
  timepoint: 0,
  clip: null,
  look: 'full',
  planesShown: false,
  measureKind: 'length',
  cameraWish: { serial: 0, view: null, segment: null },
  camera: null,
  xr: 'none',
  headset: 'unknown',
  headsetAr: false,
};

export function createViewStore(storage: KeyValueStorage, initial: Partial<ViewState> = {}): Viewer['view'] {
  const store = createStore<ViewState>()(() => ({ ...defaultView, ...recall(storage), ...initial }));
  const wish = (view: ViewState['cameraWish']['view'], segment: string | null) =>
    store.setState((state) => ({ cameraWish: { serial: state.cameraWish.serial + 1, view, segment } }));
  return Object.assign(store, {
    verbs: {
      set: (patch: Partial<Omit<ViewState, 'cameraWish'>>) => {
        store.setState(patch);
        if (Object.keys(patch).some((field) => field in remembered)) keep(storage, store.getState());
      },
      lookFrom: (view: NonNullable<ViewState['cameraWish']['view']>) => wish(view, null),
      focus: (segment: string | null) => wish(null, segment),
    },
  });
}

function recall(storage: KeyValueStorage): Partial<Remembered> {
  let stored: unknown;
  try {
    stored = JSON.parse(storage.get(STORAGE_KEY) ?? 'null');
  } catch {
    // Storage that is forbidden, full or broken costs no more than the remembered look.
    return {};
  }
  const view = z.looseObject({ version: z.literal(VIEW_VERSION) }).safeParse(stored);
  if (!view.success) return {};
  return Object.fromEntries(
    Object.entries(remembered).flatMap(([field, schema]) => {
      const parsed = schema.safeParse(view.data[field]);
      return parsed.success ? [[field, parsed.data]] : [];
    }),
  );
}

function keep(storage: KeyValueStorage, state: ViewState): void {
  const fields = Object.keys(remembered).map((field) => [field, state[field as keyof Remembered]]);
  try {
    storage.set(STORAGE_KEY, JSON.stringify({ version: VIEW_VERSION, ...Object.fromEntries(fields) }));
  } catch {
    // As in recall: the look holds for this visit then.
  }
}
