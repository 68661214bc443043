// Every act of the desk, once: keys, menus, palette and key sheet read this list.
import { t } from '#i18n/t.ts';
import type { NamedView, Theme, Viewer, ViewState } from '#state/viewer.ts';
import type { DeskStore } from './deskStore.ts';
import { tools } from './tools.ts';

export interface ActContext {
  readonly viewer: Viewer;
  readonly desk: DeskStore;
  /** Hands a file to the person. */
  save(blob: Blob, name: string): void;
}
export interface Act {
  readonly id: string;
  readonly title: string;
  readonly section: 'tools' | 'view' | 'edit' | 'settings';
  /** As written in the key sheet: 'Ctrl Z', 'H', 'Shift X'. The first is shown. */
  readonly keys: readonly string[];
  /** Not in the palette: it is the palette, or makes no sense there. */
  readonly hidden?: true;
  readonly can?: (context: ActContext) => boolean;
  readonly run: (context: ActContext) => void | Promise<void>;
}
export type ExportFormat = Parameters<Viewer['actions']['export']>[0];

const hasCase = ({ viewer }: ActContext): boolean => viewer.case.getState().volumes.length > 0;
const hasSegments = ({ viewer }: ActContext): boolean => viewer.case.getState().segments.length > 0;
const chosen = ({ viewer }: ActContext): readonly string[] => {
  const { selection } = viewer.view.getState();
  return viewer.case.getState().segments.flatMap(({ id }) => (selection.includes(id) ? [id] : []));
};
const hasChosen = (context: ActContext): boolean => chosen(context).length > 0;

const hasTime = ({ viewer }: ActContext): boolean =>
  viewer.case.getState().volumes.some(({ timepoints }) => timepoints > 1);
const timeActs = [
  ['play', 'P'],
  ['previous', ','],
  ['next', '.'],
] as const;

export function chooseTool({ viewer, desk }: ActContext, id: ViewState['tool']): void {
  const { tool, planesShown } = viewer.view.getState();
  if (id === 'slice') {
    viewer.view.verbs.set({ planesShown: !planesShown });
    return;
  }
  viewer.view.verbs.set({ tool: id });
  desk.set({ docked: 'tool', drawer: id !== 'inspect' || tool === id, sheetTab: 'tool' });
}

/** Every hidden one shown; the shown ones hidden: one step each. */
function invert({ viewer }: ActContext): void {
  const { segments } = viewer.case.getState();
  viewer.case.verbs.isolate(segments.flatMap(({ id, visible }) => (visible ? [] : [id])));
}
function showAll({ viewer }: ActContext): void {
  const hidden = viewer.case.getState().segments.flatMap(({ id, visible }) => (visible ? [] : [id]));
  if (hidden.length > 0) viewer.case.verbs.setVisible(hidden, true);
}
function toggleHidden(context: ActContext): void {
  const ids = chosen(context);
  const { segments } = context.viewer.case.getState();
  const anyShown = segments.some(({ id, visible }) => visible && ids.includes(id));
  context.viewer.case.verbs.setVisible(ids, !anyShown);
}
function isolate(context: ActContext): void {
  const ids = chosen(context);
  const { segments } = context.viewer.case.getState();
  const alone = segments.every(({ id, visible }) => visible === ids.includes(id));
  if (alone) showAll(context);
  else context.viewer.case.verbs.isolate(ids);
}
function cancel({ viewer, desk }: ActContext): void {
  if (desk.getState().docked !== 'tool') desk.set({ docked: 'tool' });
  else if (viewer.view.getState().tool !== 'inspect') viewer.view.verbs.set({ tool: 'inspect' });
}
const layouts: readonly ViewState['layout'][] = ['both', 'slices', '3d'];

export async function exportAs(
  context: ActContext,
  format: ExportFormat,
  ids: readonly string[] | null,
): Promise<void> {
  const { viewer, save } = context;
  const { title, segments } = viewer.case.getState();
  const only = ids?.length === 1 ? segments.find(({ id }) => id === ids[0])?.name : undefined;
  const blob = await viewer.actions.export(format, ids);
  const name = `${only ?? (title || 'vesalius')}.${format === 'nifti' ? 'nii.gz' : format}`;
  save(blob, name);
  viewer.jobs.verbs.notify('notice.exported', name);
}
async function picture({ viewer, save }: ActContext): Promise<void> {
  save(await viewer.actions.screenshot(), `${viewer.case.getState().title || 'vesalius'}.png`);
  viewer.jobs.verbs.notify('notice.picture', '');
}

/** What works on the case ends with it; a file that is being written does not. */
export function closeCase({ viewer, desk }: ActContext): void {
  for (const { id, title } of viewer.jobs.getState().jobs) if (title !== 'job.exporting') viewer.jobs.verbs.cancel(id);
  viewer.case.verbs.closeCase();
  viewer.view.verbs.set({ tool: 'inspect', selection: [], hover: null, cursor: null, clip: null, largeSlice: null });
  desk.set({ page: 'start', docked: 'tool', drawer: false });
}

/** The list in the language of now. */
export function acts(): Act[] {
  const look = (id: string, title: string, keys: string[], view: NamedView): Act => ({
    id,
    title,
    section: 'view',
    keys,
    can: hasCase,
    run: ({ viewer }) => viewer.view.verbs.lookFrom(view),
  });
  const theme = (id: Theme, title: string): Act => ({
    id: `theme-${id}`,
    title,
    section: 'settings',
    keys: [],
    run: ({ viewer }) => viewer.view.verbs.set({ theme: id }),
  });
  const write = (format: ExportFormat, title: string): Act => ({
    id: `export-${format}`,
    title,
    section: 'edit',
    keys: [],
    can: hasSegments,
    run: (context) => exportAs(context, format, null),
  });
  return [
    ...tools.map(
      ({ id, key }): Act => ({
        id: `tool-${id}`,
        title: t(`tool.${id}`),
        section: 'tools',
        keys: [key],
        run: (context) => chooseTool(context, id),
      }),
    ),
    {
      id: 'angle',
      title: t('measure.makeAngle'),
      section: 'tools',
      keys: [],
      can: hasCase,
      run: (context) => {
        context.viewer.view.verbs.set({ measureKind: 'angle' });
        chooseTool(context, 'measure');
      },
    },
    {
      id: 'focus',
      title: t('act.focus'),
      section: 'view',
      keys: ['F'],
      can: hasCase,
      run: (context) => context.viewer.view.verbs.focus(chosen(context)[0] ?? null),
    },
    {
      id: 'whole',
      title: t('act.whole'),
      section: 'view',
      keys: ['Shift F'],
      can: hasCase,
      run: ({ viewer }) => viewer.view.verbs.focus(null),
    },
    { id: 'isolate', title: t('act.isolate'), section: 'view', keys: ['I'], can: hasChosen, run: isolate },
    { id: 'hide', title: t('act.hide'), section: 'view', keys: ['H'], can: hasChosen, run: toggleHidden },
    { id: 'showAll', title: t('act.showAll'), section: 'view', keys: ['A'], can: hasSegments, run: showAll },
    { id: 'invert', title: t('act.invert'), section: 'view', keys: [], can: hasSegments, run: invert },
    look('view-right', t('act.viewRight'), ['X'], 'right'),
    look('view-left', t('act.viewLeft'), ['Shift X'], 'left'),
    look('view-front', t('act.viewFront'), ['Y'], 'front'),
    look('view-back', t('act.viewBack'), ['Shift Y'], 'back'),
    look('view-top', t('act.viewTop'), ['Z'], 'top'),
    look('view-bottom', t('act.viewBottom'), ['Shift Z'], 'bottom'),
    look('view-three-quarter', t('act.viewThreeQuarter'), [], 'three-quarter'),
    {
      id: 'fold',
      title: t('act.fold'),
      section: 'view',
      keys: ['\\'],
      run: ({ viewer }) => viewer.view.verbs.set({ panelsFolded: !viewer.view.getState().panelsFolded }),
    },
    {
      id: 'layout',
      title: t('act.layout'),
      section: 'view',
      keys: ['L'],
      run: ({ viewer }) => {
        const now = layouts.indexOf(viewer.view.getState().layout);
        viewer.view.verbs.set({ layout: layouts[(now + 1) % layouts.length] ?? 'both' });
      },
    },
    {
      id: 'volumes',
      title: t('volumes.title'),
      section: 'view',
      keys: ['V'],
      can: hasCase,
      run: ({ desk }) => desk.set({ docked: 'volumes', drawer: true, sheetTab: 'tool' }),
    },
    ...timeActs.map(
      ([id, key]): Act => ({
        id,
        title: t(`volumes.${id}`),
        section: 'view',
        keys: [key],
        can: hasTime,
        run: async ({ viewer }) => (await import('./player.ts')).actOnTime(viewer, id),
      }),
    ),
    {
      id: 'undo',
      title: t('act.undo'),
      section: 'edit',
      keys: ['Ctrl Z'],
      can: ({ viewer }) => viewer.case.getState().canUndo,
      run: ({ viewer }) => viewer.case.verbs.undo(),
    },
    {
      id: 'redo',
      title: t('act.redo'),
      section: 'edit',
      keys: ['Ctrl Y', 'Ctrl Shift Z'],
      can: ({ viewer }) => viewer.case.getState().canRedo,
      run: ({ viewer }) => viewer.case.verbs.redo(),
    },
    {
      id: 'remove',
      title: t('act.remove'),
      section: 'edit',
      keys: ['Delete'],
      can: hasChosen,
      run: (context) => context.viewer.case.verbs.removeSegments(chosen(context)),
    },
    {
      id: 'review',
      title: t('act.review'),
      section: 'edit',
      keys: [],
      can: hasChosen,
      run: (context) => {
        for (const id of chosen(context)) context.viewer.case.verbs.setSegment(id, { reviewed: true });
      },
    },
    {
      id: 'renameCase',
      title: t('bar.rename'),
      section: 'edit',
      keys: [],
      can: hasCase,
      run: ({ desk }) => desk.set({ renamingCase: true }),
    },
    { id: 'closeCase', title: t('bar.close'), section: 'edit', keys: [], can: hasCase, run: closeCase },
    {
      id: 'start',
      title: t('act.start'),
      section: 'edit',
      keys: ['Ctrl O'],
      run: ({ desk }) => desk.set({ page: 'start' }),
    },
    write('stl', t('act.exportStl')),
    write('glb', t('act.exportGlb')),
    write('obj', t('act.exportObj')),
    write('ply', t('act.exportPly')),
    write('nifti', t('act.exportNifti')),
    {
      id: 'save',
      title: t('act.save'),
      section: 'edit',
      keys: ['Ctrl S'],
      can: hasCase,
      run: (context) => exportAs(context, 'vesalius', null),
    },
    { id: 'picture', title: t('act.picture'), section: 'edit', keys: [], can: hasCase, run: picture },
    {
      id: 'history',
      title: t('act.history'),
      section: 'edit',
      keys: [],
      run: ({ desk }) => desk.set({ docked: 'history', drawer: true }),
    },
    {
      id: 'palette',
      title: t('act.palette'),
      section: 'edit',
      keys: ['Ctrl K', '/'],
      hidden: true,
      run: ({ desk }) => desk.set({ palette: true }),
    },
    {
      id: 'keys',
      title: t('act.keys'),
      section: 'edit',
      keys: ['?'],
      run: ({ desk }) => desk.set({ docked: 'keys', drawer: true }),
    },
    { id: 'cancel', title: t('act.cancel'), section: 'edit', keys: ['Esc'], hidden: true, run: cancel },
    theme('dark', t('act.dark')),
    theme('light', t('act.light')),
    theme('contrast', t('act.contrast')),
    {
      id: 'convention',
      title: t('act.convention'),
      section: 'settings',
      keys: [],
      run: ({ viewer }) =>
        viewer.view.verbs.set({
          convention: viewer.view.getState().convention === 'radiological' ? 'neurological' : 'radiological',
        }),
    },
    {
      id: 'plain',
      title: t('act.plain'),
      section: 'settings',
      keys: [],
      run: ({ viewer }) => viewer.view.verbs.set({ look: viewer.view.getState().look === 'plain' ? 'full' : 'plain' }),
    },
  ];
}

/** 'Ctrl Shift Z' of a key press; null for a press of a modifier alone. */
export function keyName(event: {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}): string | null {
  const { key } = event;
  if (key === 'Control' || key === 'Shift' || key === 'Meta' || key === 'Alt') return null;
  const name = key === 'Escape' ? 'Esc' : key.length === 1 ? key.toUpperCase() : key;
  // What Shift is needed for to type at all ('?', '\') is not written as Shift.
  const shift = event.shiftKey && (/^[A-Z]$/.test(name) || key.length > 1);
  return [event.ctrlKey || event.metaKey ? 'Ctrl' : '', shift ? 'Shift' : '', name].filter(Boolean).join(' ');
}
