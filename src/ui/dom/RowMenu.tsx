import { Download, Ellipsis, Focus, Maximize2, Palette, Pencil, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import {
  Button,
  ColorSwatch,
  ColorSwatchPicker,
  ColorSwatchPickerItem,
  Dialog,
  MenuTrigger,
  Popover,
  parseColor,
} from 'react-aria-components';
import { tissues, userColors } from '#core/case/tissues.ts';
import { t } from '#i18n/t.ts';
import { type ActContext, exportAs } from '#ui/model/acts.ts';
import type { StructureRow } from '#ui/model/structures.ts';
import { ActMenu, Floating } from './Controls.tsx';
import { useDesk } from './deskContext.ts';

/** What can be done with one structure. */
export function RowMenu({
  row,
  context,
}: {
  readonly row: Pick<StructureRow, 'id' | 'name' | 'color'>;
  readonly context: ActContext;
}) {
  const { viewer, desk } = context;
  const { verbs } = viewer.case;
  const button = useRef<HTMLButtonElement>(null);
  const colouring = useDesk((state) => state.colouring === row.id);
  // Of a work that fails there is a card.
  const write = (format: 'stl' | 'glb') => void exportAs(context, format, [row.id]).catch(() => undefined);
  return (
    <span className="on-hover row-menu">
      <MenuTrigger>
        <Button
          ref={button}
          slot={null}
          className="icon-button small"
          aria-label={t('structures.rowMenu', { name: row.name })}
        >
          <Ellipsis aria-hidden />
        </Button>
        <Floating placement="bottom end">
          <ActMenu
            label={t('structures.rowMenu', { name: row.name })}
            choices={[
              {
                id: 'rename',
                label: t('structures.rename'),
                icon: <Pencil aria-hidden />,
                onAction: () => desk.set({ renaming: row.id }),
              },
              {
                id: 'colour',
                label: t('structures.colour'),
                icon: <Palette aria-hidden />,
                onAction: () => desk.set({ colouring: row.id }),
              },
              {
                id: 'isolate',
                label: t('structures.isolateThis'),
                icon: <Focus aria-hidden />,
                keys: 'I',
                onAction: () => verbs.isolate([row.id]),
              },
              {
                id: 'fit',
                label: t('structures.fit'),
                icon: <Maximize2 aria-hidden />,
                keys: 'F',
                onAction: () => viewer.view.verbs.focus(row.id),
              },
              {
                id: 'stl',
                label: t('structures.exportStl'),
                icon: <Download aria-hidden />,
                onAction: () => write('stl'),
              },
              {
                id: 'glb',
                label: t('structures.exportGlb'),
                icon: <Download aria-hidden />,
                onAction: () => write('glb'),
              },
              {
                id: 'remove',
                label: t('structures.remove'),
                icon: <Trash2 aria-hidden />,
                keys: 'Delete',
                onAction: () => verbs.removeSegments([row.id]),
              },
            ]}
          />
        </Floating>
      </MenuTrigger>
      {colouring && (
        <Popover
          className="popover"
          triggerRef={button}
          isOpen
          onOpenChange={(open) => !open && desk.set({ colouring: null })}
          placement="bottom end"
        >
          <Dialog className="popover-body" aria-label={t('structures.colour')}>
            <Swatches color={row.color} onChange={(color) => verbs.setSegment(row.id, { color })} />
          </Dialog>
        </Popover>
      )}
    </span>
  );
}

const tissueColors = [...new Set(Object.values(tissues).map(({ color }) => color))];

/** Colours that everybody can tell apart, then the tissues' own. */
function Swatches({ color, onChange }: { readonly color: string; readonly onChange: (color: string) => void }) {
  return (
    <div className="swatches">
      {[userColors, tissueColors].map((list) => (
        <ColorSwatchPicker
          key={list[0]}
          className="swatch-list"
          aria-label={t('structures.colour')}
          value={color}
          onChange={(next) => onChange(next.toString('hex').toLowerCase())}
        >
          {list.map((each) => (
            <ColorSwatchPickerItem
              key={each}
              color={parseColor(each)}
              className="swatch-choice"
              style={{ backgroundColor: each }}
            >
              <ColorSwatch className="contents" />
            </ColorSwatchPickerItem>
          ))}
        </ColorSwatchPicker>
      ))}
    </div>
  );
}
