import { Ellipsis } from 'lucide-react';
import { memo, useDeferredValue, useMemo } from 'react';
import { Button, ListLayout, MenuTrigger, type Selection, Tree, Virtualizer } from 'react-aria-components';
import { t } from '#i18n/t.ts';
import { useCase, useView, useViewer } from '#scene/viewerContext.ts';
import type { SegmentRecord } from '#state/viewer.ts';
import { acts } from '#ui/model/acts.ts';
import { type StructureGroup, structureTree } from '#ui/model/structures.ts';
import { ActMenu, type Choice, Floating, SearchBox } from './Controls.tsx';
import { useActs, useDesk, useDeskParts } from './deskContext.ts';
import { pickFiles } from './pickFiles.ts';
import { Rich } from './Rich.tsx';
import { GroupItem } from './StructureGroup.tsx';
import { useMedia } from './useMedia.ts';
import { useTasks } from './useTasks.ts';

/**
 * All structures by body system; what is hidden keeps its place. The list follows the case in a task of its own: a scan of a hundred
 * structures is drawn beside it.
 */
export function StructuresPanel() {
  const { desk } = useDeskParts();
  const now = useCase((state) => state.segments);
  const segments = useDeferredValue(now);
  const selection = useDeferredValue(useView((state) => state.selection));
  const search = useDesk((state) => state.search);
  const folds = useDesk((state) => state.folds);
  const tree = useMemo(
    () => structureTree(segments, { search, selection, folds }),
    [segments, search, selection, folds],
  );
  return (
    <>
      <div className="panel-head">
        <h2>{t('structures.title')}</h2>
        <span className="count" data-testid="shown-count">
          {segments.length > 0 && t('structures.count', { shown: tree.shown, all: tree.all })}
        </span>
        <TreeMenu groups={tree.groups} />
      </div>
      <div className="panel-search">
        <SearchBox label={t('structures.search')} value={search} onChange={(text) => desk.set({ search: text })} />
      </div>
      {tree.groups.length === 0 ? (
        <div className="empty-words tree">
          {segments.length === 0 ? (
            <>
              {t('structures.emptyTitle')} <Rich text={t('structures.empty')} />
            </>
          ) : (
            t('structures.nothing', { text: search })
          )}
        </div>
      ) : (
        <StructureList groups={tree.groups} segments={segments} selection={selection} />
      )}
    </>
  );
}

const StructureList = memo(function StructureList({
  groups,
  segments,
  selection,
}: {
  readonly groups: readonly StructureGroup[];
  readonly segments: readonly SegmentRecord[];
  readonly selection: readonly string[];
}) {
  const { view } = useViewer();
  const { desk } = useDeskParts();
  const phone = useMedia('(max-width: 899px)');
  // One more group with each task.
  const unfolded = useTasks(groups.length);
  const known = new Set(segments.map(({ id }) => id));
  const setFolds = (open: Selection) => {
    if (unfolded < groups.length) return;
    const now = new Set(open === 'all' ? [] : open);
    const folds = Object.fromEntries(groups.map(({ id }) => [id, now.has(`group ${id}`)]));
    desk.set({ folds: { ...desk.getState().folds, ...folds } });
  };
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: phone ? 48 : 28 }}>
      <Tree
        className="tree"
        aria-label={t('structures.title')}
        items={groups}
        dependencies={[phone]}
        selectionMode="multiple"
        selectionBehavior="replace"
        selectedKeys={selection.filter((id) => known.has(id))}
        onSelectionChange={(keys) => {
          const ids = keys === 'all' ? [...known] : [...keys].map(String);
          view.verbs.set({ selection: ids.filter((id) => known.has(id)) });
        }}
        expandedKeys={groups.slice(0, unfolded).flatMap(({ id, open }) => (open ? [`group ${id}`] : []))}
        onExpandedChange={setFolds}
        onAction={(key) => {
          if (known.has(String(key))) view.verbs.focus(String(key));
        }}
      >
        {(group) => <GroupItem group={group} />}
      </Tree>
    </Virtualizer>
  );
});

const TreeMenu = memo(function TreeMenu({ groups }: { readonly groups: readonly StructureGroup[] }) {
  const context = useActs();
  const { desk, viewer } = context;
  const all = acts();
  const act = (id: string, label: string): Choice[] => {
    const found = all.find((each) => each.id === id);
    if (!found) return [];
    const disabled = found.can ? !found.can(context) : false;
    return [{ id, label, keys: found.keys[0], disabled, onAction: () => void found.run(context) }];
  };
  const fold = (open: boolean) => desk.set({ folds: Object.fromEntries(groups.map(({ id }) => [id, open])) });
  return (
    <MenuTrigger>
      <Button className="icon-button small" aria-label={t('structures.menu')}>
        <Ellipsis aria-hidden />
      </Button>
      <Floating placement="bottom end">
        <ActMenu
          label={t('structures.menu')}
          choices={[
            ...act('showAll', t('structures.showAll')),
            {
              id: 'hideAll',
              label: t('structures.hideAll'),
              onAction: () =>
                viewer.case.verbs.setVisible(
                  viewer.case.getState().segments.flatMap(({ id, visible }) => (visible ? [id] : [])),
                  false,
                ),
            },
            ...act('invert', t('structures.invert')),
            {
              id: 'import',
              label: t('structures.import'),
              // What could not be laid over the scan is on its card.
              onAction: () =>
                void pickFiles()
                  .then((files) => (files.length > 0 ? viewer.actions.openLabels({ files }) : undefined))
                  .catch(() => undefined),
            },
            { id: 'open', label: t('structures.openAll'), onAction: () => fold(true) },
            { id: 'fold', label: t('structures.foldAll'), onAction: () => fold(false) },
          ]}
        />
      </Floating>
    </MenuTrigger>
  );
});
