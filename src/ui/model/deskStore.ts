// What of the desk itself is open or typed just now: not the case, not how it is looked at, gone with the page.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SegmentGroup } from '#core/case/tissues.ts';
import type { OpenSource, RasPoint } from '#state/viewer.ts';

export interface DeskState {
  readonly page: 'start' | 'desk';
  /** What the right panel shows. */
  readonly docked: 'tool' | 'keys' | 'history' | 'volumes';
  readonly palette: boolean;
  /** The right panel, where it is a drawer. */
  readonly drawer: boolean;
  readonly sheet: 'tabs' | 'half' | 'full';
  readonly sheetTab: 'structures' | 'slices' | 'measures' | 'tool';
  readonly search: string;
  readonly folds: Readonly<Partial<Record<SegmentGroup, boolean>>>;
  /** The structure whose name is being typed. */
  readonly renaming: string | null;
  /** The name of the case is being typed. */
  readonly renamingCase: boolean;
  /** The structure whose colour is being chosen. */
  readonly colouring: string | null;
  /** Chosen in 'All methods'. */
  readonly method: string;
  /** Points for a method that starts from some. */
  readonly seeds: readonly RasPoint[];
  /** Chosen while a scan is open: instead of it, or over it? */
  readonly asked: OpenSource | null;
  /** The volume that the panel of the volumes tells about. */
  readonly volume: string | null;
  /** Host of the last address that was opened, for the words of an error. */
  readonly lastHost: string;
}

export type DeskStore = StoreApi<DeskState> & { set(patch: Partial<DeskState>): void };

export function createDeskStore(page: DeskState['page']): DeskStore {
  const store = createStore<DeskState>()(() => ({
    page,
    docked: 'tool',
    palette: false,
    drawer: false,
    sheet: 'half',
    sheetTab: 'structures',
    search: '',
    folds: {},
    renaming: null,
    renamingCase: false,
    colouring: null,
    method: 'otsu',
    seeds: [],
    asked: null,
    volume: null,
    lastHost: '',
  }));
  return Object.assign(store, { set: (patch: Partial<DeskState>) => store.setState(patch) });
}
