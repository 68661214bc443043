// The pages of the room's panel: each draws itself into the space between title and tabs and says what can be pressed.
import { formatPercent, quantityText } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import type { RoomModel } from '#xr/RoomModel.ts';
import { roomFacts, roomStructures, showAll, sides, toggleAlone, toggleShown } from './model/roomRows.ts';
import type { Pen } from './Pen.ts';
import { color } from './roomStyle.ts';

export interface PageSpace {
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** dmm that the page is scrolled up by. */
  readonly scroll: number;
}
export interface PageActs {
  exit(): void;
  setSeated(seated: boolean): void;
}
/** Draws; gives the height of all there is, for the scroll. */
export type Page = (pen: Pen, space: PageSpace, room: RoomModel, acts: PageActs) => number;

const ROW = 54;
const PAD = 24;

const clip = (pen: Pen, { y, width, height }: PageSpace) => {
  pen.ctx.save();
  pen.ctx.beginPath();
  pen.ctx.rect(0, y, width, height);
  pen.ctx.clip();
};

export const structuresPage: Page = (pen, space, { viewer }) => {
  const { rows } = roomStructures(viewer);
  if (rows.length === 0) {
    pen.block(t('structures.emptyTitle'), PAD, space.y + 16, space.width - 2 * PAD);
    return 0;
  }
  clip(pen, space);
  let y = space.y - space.scroll;
  for (const row of rows) {
    const height = row.chosen ? ROW + 50 : ROW;
    // Only what can be seen is drawn, and only what is seen whole or by half can be pressed.
    if (y + height > space.y && y < space.y + space.height) {
      const { id } = row;
      const middle = y + ROW / 2;
      const inside = middle > space.y && middle < space.y + space.height;
      if (row.chosen) pen.box(0, y, space.width, height, color.sel);
      const ink = row.visible ? color.text : color.quiet;
      pen.icon(row.visible ? 'eye' : 'eyeOff', PAD, middle - 15, 30, ink);
      pen.box(PAD + 44, middle - 13, 26, 26, row.color, 7, color.edge);
      const volume = quantityText(row.volume);
      const wide = pen.text(volume, space.width - 76 - 190, middle, 190, { ink, at: 'end' });
      const from = PAD + 84;
      const left = space.width - 76 - wide - 16 - from;
      pen.text(row.name, from, middle, left, { weight: row.chosen ? 600 : 400, ink });
      pen.icon('focus', space.width - 60, middle - 15, 30, row.alone ? color.accent : color.text);
      if (inside) {
        pen.spot({
          x: PAD + 50,
          y,
          width: space.width - PAD - 50 - 70,
          height: ROW,
          press: () => viewer.view.verbs.set({ selection: row.chosen ? [] : [id] }),
        });
        pen.spot({ x: 0, y, width: PAD + 48, height: ROW, press: () => toggleShown(viewer, [id]) });
        pen.spot({ x: space.width - 70, y, width: 70, height: ROW, press: () => toggleAlone(viewer, row) });
      }
      if (row.chosen && y + ROW + 25 < space.y + space.height) {
        pen.text(t('room.opacity'), PAD, y + ROW + 22, 130, { ink: color.quiet });
        pen.slider(PAD + 150, y + ROW + 22, space.width - 2 * PAD - 150 - 130, row.opacity, {
          // Steps of five in a hundred, as on the desk; the whole drag is one step of the history.
          drag: (share) => viewer.case.verbs.setOpacity(id, Math.round(share * 20) / 20, `room ${id}`),
          dropped: () => viewer.case.verbs.endGesture(),
        });
        pen.text(formatPercent(row.opacity), space.width - PAD - 110, y + ROW + 22, 110, { weight: 600, at: 'end' });
      }
    }
    y += height;
  }
  pen.ctx.restore();
  return y + space.scroll - space.y;
};

/** A row with a name, and what it does or is at the end of it. */
function button(
  pen: Pen,
  { width }: PageSpace,
  y: number,
  name: string,
  press: () => void,
  { on, end }: { readonly on?: boolean; readonly end?: string } = {},
): number {
  if (on) pen.box(0, y, width, ROW, color.sel);
  const wide = end ? pen.text(end, width - PAD - 220, y + ROW / 2, 220, { ink: color.quiet, at: 'end' }) + 16 : 0;
  pen.text(name, PAD, y + ROW / 2, width - 2 * PAD - wide, { weight: on ? 600 : 400 });
  pen.spot({ x: 0, y, width, height: ROW, press });
  return y + ROW;
}

export const lookPage: Page = (pen, space, { viewer }) => {
  const { look, clip: cut } = viewer.view.getState();
  let y = space.y;
  y = button(
    pen,
    space,
    y,
    t('room.grain'),
    () => viewer.view.verbs.set({ look: look === 'full' ? 'plain' : 'full' }),
    {
      end: t(look === 'full' ? 'room.on' : 'room.off'),
    },
  );
  y = button(pen, space, y, t('structures.showAll'), () => showAll(viewer));
  if (cut) y = button(pen, space, y, t('room.wholeBody'), () => viewer.view.verbs.set({ clip: null }));
  return y - space.y;
};

export const viewsPage: Page = (pen, space, room, acts) => {
  let y = space.y;
  const each = (space.width - 2 * PAD - 3 * 8) / 4;
  for (const [n, { id, out }] of sides.entries()) {
    const x = PAD + n * (each + 8);
    pen.box(x, y + 8, each, ROW - 4, null, 10, color.edge);
    pen.text(t(`room.${id}`), x + 6, y + 8 + (ROW - 4) / 2, each - 12, { at: 'middle' });
    pen.spot({ x, y: y + 8, width: each, height: ROW - 4, press: () => room.face(out) });
  }
  y += ROW + 12;
  y = button(pen, space, y, t('room.reset'), () => room.reset());
  y = button(pen, space, y, t('room.lifeSize'), () => room.setScale(1), { end: t('room.lifeSizeScale') });
  if (room.mode === 'immersive-vr') {
    y = button(pen, space, y, t('room.seated'), () => acts.setSeated(!room.locomotion.seated), {
      on: room.locomotion.seated,
      end: t(room.locomotion.seated ? 'room.on' : 'room.off'),
    });
  }
  y = button(pen, space, y, t('room.leave'), acts.exit);
  return y - space.y;
};

export const factsPage: Page = (pen, space, { viewer }) => {
  clip(pen, space);
  let y = space.y - space.scroll + 8;
  for (const { title, text } of roomFacts(viewer)) {
    pen.text(title, PAD, y + 20, space.width - 2 * PAD, { weight: 600 });
    y += 44;
    y += pen.block(text, PAD, y, space.width - 2 * PAD, 28, color.quiet) + 14;
  }
  pen.ctx.restore();
  return y + space.scroll - space.y;
};
