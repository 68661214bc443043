import { ChevronRight, Eye, EyeOff } from 'lucide-react';
import { Button, Collection, TreeItem, TreeItemContent } from 'react-aria-components';
import { formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { StructureGroup as Group } from '#ui/model/structures.ts';
import { IconButton } from './Controls.tsx';
import { StructureItem } from './StructureItem.tsx';

export function GroupItem({ group }: { readonly group: Group }) {
  const { verbs } = useViewer().case;
  const shown = group.visible !== 'none';
  return (
    <TreeItem id={`group ${group.id}`} textValue={group.title} className="tree-item" data-group={group.id}>
      <TreeItemContent>
        <div className="tree-group">
          <Button slot="chevron" className="chevron">
            <ChevronRight aria-hidden />
          </Button>
          <IconButton
            small
            slot={null}
            label={t(shown ? 'structures.hide' : 'structures.show', { name: group.title })}
            onPress={() => verbs.setVisible(group.ids, !shown)}
          >
            {shown ? <Eye aria-hidden /> : <EyeOff aria-hidden />}
          </IconButton>
          <span className="name">{group.title}</span>
          <span className="quiet">{formatNumber(group.count)}</span>
        </div>
      </TreeItemContent>
      <Collection items={group.rows}>{(row) => <StructureItem row={row} />}</Collection>
    </TreeItem>
  );
}
