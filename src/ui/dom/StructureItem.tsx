import { Eye, EyeOff, Focus } from 'lucide-react';
import { memo, type PointerEvent, useRef } from 'react';
import { Button, TreeItem, TreeItemContent } from 'react-aria-components';
import { formatPercent, quantityText } from '#i18n/format.ts';
import { direction, t } from '#i18n/t.ts';
import { useViewer } from '#scene/viewerContext.ts';
import type { StructureRow } from '#ui/model/structures.ts';
import { IconButton } from './Controls.tsx';
import { CutName } from './CutName.tsx';
import { useActs, useDesk } from './deskContext.ts';
import { QuantityText } from './QuantityText.tsx';
import { RenameField } from './RenameField.tsx';
import { RowMenu } from './RowMenu.tsx';

/** Eye, solo, swatch, name, opacity, volume, menu. */
export function StructureItem({ row }: { readonly row: StructureRow }) {
  return (
    <TreeItem
      id={row.id}
      textValue={row.name}
      className="tree-item"
      aria-label={`${row.name}, ${quantityText(row.volume)}, ${t(row.visible ? 'palette.shown' : 'palette.hidden')}`}
    >
      <TreeItemContent>
        {({ isHovered, isFocused, isFocusVisibleWithin, isSelected }) => (
          <Row row={row} near={isHovered || isFocused || isFocusVisibleWithin || isSelected} />
        )}
      </TreeItemContent>
    </TreeItem>
  );
}

/** @param near what is seen on hover alone is made then: a long list holds hundreds of buttons that nobody sees */
const Row = memo(function Row({ row, near }: { readonly row: StructureRow; readonly near: boolean }) {
  const context = useActs();
  const { viewer, desk } = context;
  const renaming = useDesk((state) => state.renaming === row.id);
  const colouring = useDesk((state) => state.colouring === row.id);
  // What was made stays: its menu may be open while the pointer is elsewhere.
  const made = useRef(false);
  made.current ||= near || colouring || row.alone || matchMedia('(hover: none), (max-width: 899px)').matches;
  const { verbs } = viewer.case;
  const toggle = (alone: boolean) => (alone ? verbs.isolate([row.id]) : verbs.setVisible([row.id], !row.visible));
  const eye = {
    label: t(row.visible ? 'structures.hide' : 'structures.show', { name: row.name }),
    icon: row.visible ? <Eye aria-hidden /> : <EyeOff aria-hidden />,
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: renaming is in the menu of the row too
    <div
      className={row.visible ? 'tree-row' : 'tree-row hidden'}
      data-row={row.id}
      data-visible={row.visible}
      onDoubleClick={() => desk.set({ renaming: row.id })}
    >
      {made.current ? <RowMenu row={row} context={context} /> : <span />}
      <span
        className="contents"
        onClickCapture={(event) => {
          if (!event.altKey) return;
          event.stopPropagation();
          toggle(true);
        }}
      >
        {made.current ? (
          <IconButton small slot={null} label={eye.label} keys="H" onPress={() => toggle(false)}>
            {eye.icon}
          </IconButton>
        ) : (
          <Button slot={null} className="icon-button small" aria-label={eye.label} onPress={() => toggle(false)}>
            {eye.icon}
          </Button>
        )}
      </span>
      {made.current ? <Solo row={row} onAlone={() => toggle(true)} /> : <span className="solo" />}
      <span className="swatch" style={{ backgroundColor: row.color }} />
      {renaming ? (
        <RenameField
          label={t('structures.renameLabel', { name: row.name })}
          name={row.name}
          most={200}
          onName={(name) => verbs.setSegment(row.id, { name })}
          onDone={() => desk.set({ renaming: null })}
        />
      ) : (
        <CutName name={row.name} />
      )}
      <OpacityBar row={row} />
      <QuantityText quantity={row.volume} />
    </div>
  );
});

function Solo({ row, onAlone }: { readonly row: StructureRow; readonly onAlone: () => void }) {
  const viewer = useViewer();
  const { verbs } = viewer.case;
  const hidden = () => viewer.case.getState().segments.flatMap(({ id, visible }) => (visible ? [] : [id]));
  return (
    <span className={`solo on-hover${row.alone ? ' on' : ''}`}>
      <IconButton
        small
        slot={null}
        label={t('structures.isolate', { name: row.name })}
        keys="I"
        selected={row.alone}
        onPress={() => (row.alone ? verbs.setVisible(hidden(), true) : onAlone())}
      >
        <Focus aria-hidden />
      </IconButton>
    </span>
  );
}

/** Drawn small in the row and dragged; the full slider, for the keyboard too, is in the inspector. */
function OpacityBar({ row }: { readonly row: StructureRow }) {
  const { verbs } = useViewer().case;
  const dragging = useRef(false);
  const set = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const along = (event.clientX - box.left) / box.width;
    const share = direction() === 'rtl' ? 1 - along : along;
    const step = event.shiftKey ? 0.01 : 0.05;
    const opacity = Math.min(1, Math.max(0, Math.round(share / step) * step));
    verbs.setOpacity(row.id, Number(opacity.toFixed(2)), 'row-opacity');
  };
  return (
    <div
      className="opacity-bar"
      title={t('structures.opacityOf', { name: row.name, percent: formatPercent(row.opacity) })}
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = true;
        set(event);
      }}
      onPointerMove={(event) => dragging.current && set(event)}
      onPointerUp={() => {
        dragging.current = false;
        verbs.endGesture();
      }}
      onPointerCancel={() => {
        dragging.current = false;
        verbs.endGesture();
      }}
      aria-hidden
    >
      <div style={{ inlineSize: `${row.opacity * 100}%` }} />
    </div>
  );
}
