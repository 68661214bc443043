// What the command palette finds: structures, what can be done with the best of them, tools and methods, acts.
import { methods } from '#compute/methods/registry.ts';
import { quantityText, volumeQuantity } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { type Act, type ActContext, acts, chooseTool, exportAs } from './acts.ts';
import { nameOf } from './structures.ts';

export interface PaletteEntry {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** Colour of a structure's swatch; null: none. */
  readonly color: string | null;
  readonly keys: readonly string[];
  readonly run: () => void | Promise<void>;
}
export interface PaletteSection {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly PaletteEntry[];
}

const MOST_STRUCTURES = 8;

export function paletteSections(context: ActContext, text: string): PaletteSection[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = (title: string) => words.every((word) => title.toLocaleLowerCase().includes(word));
  const { viewer } = context;
  const found = viewer.case.getState().segments.filter(({ name }) => fits(name));
  const structures = (words.length === 0 ? [] : found.slice(0, MOST_STRUCTURES)).map(
    ({ id, name, color, volumeMl, cutByEdge, visible }): PaletteEntry => ({
      id: `structure ${id}`,
      title: nameOf(name),
      note: `${quantityText(volumeQuantity(volumeMl, cutByEdge))}, ${t(visible ? 'palette.shown' : 'palette.hidden')}`,
      color,
      keys: [],
      run: () => {
        viewer.view.verbs.set({ selection: [id] });
        viewer.view.verbs.focus(id);
      },
    }),
  );
  const entry = (act: Act): PaletteEntry => ({
    id: act.id,
    title: act.title,
    note: '',
    color: null,
    keys: act.keys.slice(0, 1),
    run: () => act.run(context),
  });
  const possible = acts().filter((act) => !act.hidden && (act.can?.(context) ?? true) && fits(act.title));
  const first = words.length > 0 ? found[0] : undefined;
  return [
    { id: 'structures', title: t('palette.structures'), entries: structures },
    {
      id: 'with',
      title: first ? t('palette.with', { name: nameOf(first.name) }) : '',
      entries: first ? withStructure(context, first.id) : [],
    },
    {
      id: 'tools',
      title: t('palette.tools'),
      entries: possible.filter(({ section }) => section === 'tools').map(entry),
    },
    {
      id: 'methods',
      title: t('palette.methods'),
      entries: methods
        .filter(({ title, text: what }) => words.length > 0 && fits(`${title} ${what}`))
        .map(({ id, title, text: what }) => ({
          id: `method ${id}`,
          title,
          note: what,
          color: null,
          keys: [],
          run: () => {
            context.desk.set({ method: id });
            chooseTool(context, 'methods');
          },
        })),
    },
    {
      id: 'actions',
      title: t('palette.actions'),
      entries: possible.filter(({ section }) => section === 'view' || section === 'edit').map(entry),
    },
    {
      id: 'settings',
      title: t('palette.settings'),
      entries: possible.filter(({ section }) => section === 'settings').map(entry),
    },
  ].filter(({ entries }) => entries.length > 0);
}

function withStructure(context: ActContext, id: string): PaletteEntry[] {
  const { viewer } = context;
  const { verbs } = viewer.case;
  const segment = viewer.case.getState().segments.find((each) => each.id === id);
  if (!segment) return [];
  const name = nameOf(segment.name);
  const entry = (act: string, title: string, keys: string[], run: () => void | Promise<void>): PaletteEntry => ({
    id: `${act} ${id}`,
    title,
    note: '',
    color: null,
    keys,
    run,
  });
  return [
    entry('isolate', t('palette.isolateNamed', { name }), ['I'], () => verbs.isolate([id])),
    entry('hide', t(segment.visible ? 'palette.hideNamed' : 'palette.showNamed', { name }), ['H'], () =>
      verbs.setVisible([id], !segment.visible),
    ),
    ...(segment.reviewed
      ? []
      : [entry('review', t('palette.reviewNamed', { name }), [], () => verbs.setSegment(id, { reviewed: true }))]),
    entry('export', t('palette.exportNamed', { name }), [], () => exportAs(context, 'stl', [id])),
    entry('remove', t('palette.removeNamed', { name }), ['Delete'], () => verbs.removeSegments([id])),
  ];
}
