import { Matrix4, Vector3 } from 'three';
import { onLanguage, t } from '#i18n/t.ts';
import { headYaw } from '#xr/placement.ts';
import type { RoomModel } from '#xr/RoomModel.ts';
import type { RoomPart } from '#xr/roomPart.ts';
import { roomFacts, roomStructures } from './model/roomRows.ts';
import { Pen } from './Pen.ts';
import { factsPage, lookPage, type Page, type PageActs, structuresPage, viewsPage } from './panelPages.ts';
import { color, TITLE } from './roomStyle.ts';
import { Sheet } from './Sheet.ts';

/** 0.45 × 0.32 m at 0.7 m. */
const WIDTH = 643;
const HEIGHT = 457;
const METRES_PER_DMM = 0.0007;
const AWAY = 0.7;
const AZIMUTH = (40 * Math.PI) / 180;
const TURNED_IN = (30 * Math.PI) / 180;
const BELOW_EYES = 0.3;
const TILT = (12 * Math.PI) / 180;

const TOP = 78;
const TABS = 64;
const pages = {
  structures: structuresPage,
  look: lookPage,
  views: viewsPage,
  facts: factsPage,
} as const satisfies Record<string, Page>;
type Tab = keyof typeof pages;
const tabs = Object.keys(pages) as Tab[];

/** The panel to the left: structures, look, views and facts. Stays where it is unless it is asked to follow. */
export class RoomPanel implements RoomPart {
  readonly sheet: Sheet;
  readonly object;
  readonly target;
  follows = false;
  private tab: Tab = 'structures';
  private scrolled: Record<Tab, number> = { structures: 0, look: 0, views: 0, facts: 0 };
  private tall = 0;
  private placedFor = -1;
  private seated = false;
  private readonly room: RoomModel;
  private readonly acts: PageActs;
  private readonly stops: readonly (() => void)[];

  constructor(room: RoomModel, acts: PageActs) {
    this.room = room;
    this.acts = acts;
    this.sheet = new Sheet({
      width: WIDTH,
      height: HEIGHT,
      metresPerDmm: METRES_PER_DMM,
      paint: (ctx) => this.paint(ctx),
      scroll: (y, sinceMs) => this.scrollBy(y * sinceMs * 0.6),
      pull: (dmm) => this.scrollBy(dmm),
    });
    this.object = this.sheet.mesh;
    this.target = this.sheet;
    const { viewer } = room;
    const changed = () => this.sheet.changed();
    this.stops = [
      viewer.case.subscribe(changed),
      viewer.view.subscribe((view, before) => {
        if (view.selection !== before.selection || view.look !== before.look || view.clip !== before.clip) changed();
      }),
      onLanguage(changed),
    ];
  }

  /** To the left of where the wearer looks, at a height that needs no bow. */
  place(): void {
    const { head, headPosition } = this.room;
    const yaw = headYaw(head);
    const at = yaw + AZIMUTH;
    place.set(
      headPosition.x - Math.sin(at) * AWAY,
      Math.max(0.5, headPosition.y - BELOW_EYES),
      headPosition.z - Math.cos(at) * AWAY,
    );
    this.sheet.mesh.matrix
      .makeTranslation(place.x, place.y, place.z)
      .multiply(turn.makeRotationY(yaw + TURNED_IN))
      .multiply(turn.makeRotationX(-TILT));
    this.sheet.mesh.matrixWorldNeedsUpdate = true;
  }

  toggle(): void {
    this.sheet.visible = !this.sheet.visible;
    if (this.sheet.visible) this.place();
    this.room.told('panel');
  }

  step(room: RoomModel): void {
    if (this.placedFor !== room.sessionSerial) {
      this.placedFor = room.sessionSerial;
      this.sheet.visible = true;
      this.follows = false;
      this.place();
      this.sheet.changed();
    }
    if (this.follows) this.followHead();
    if (this.seated !== room.locomotion.seated) {
      this.seated = room.locomotion.seated;
      this.sheet.changed();
    }
    this.sheet.step();
  }

  /** Asked to follow, it comes along once it is far from its place, and then stands still again. */
  private followHead(): void {
    const { head, headPosition } = this.room;
    const at = headYaw(head) + AZIMUTH;
    const e = this.sheet.mesh.matrix.elements;
    const dx = (e[12] as number) - (headPosition.x - Math.sin(at) * AWAY);
    const dz = (e[14] as number) - (headPosition.z - Math.cos(at) * AWAY);
    if (Math.hypot(dx, dz) > 0.35) this.place();
  }

  private scrollBy(dmm: number): void {
    const most = Math.max(0, this.tall - (HEIGHT - TOP - TABS));
    const next = Math.min(most, Math.max(0, this.scrolled[this.tab] + dmm));
    if (next === this.scrolled[this.tab]) return;
    this.scrolled[this.tab] = next;
    this.sheet.changed();
  }

  private paint(ctx: CanvasRenderingContext2D) {
    const pen = new Pen(ctx, WIDTH);
    pen.box(1, 1, WIDTH - 2, HEIGHT - 2, color.panel, 20);
    ctx.save();
    ctx.beginPath();
    ctx.roundRect(1, 1, WIDTH - 2, HEIGHT - 2, 20);
    ctx.clip();
    this.paintPage(pen);
    this.paintTop(pen);
    this.paintTabs(pen);
    ctx.restore();
    pen.box(1, 1, WIDTH - 2, HEIGHT - 2, null, 20, color.line);
    return pen.spots;
  }

  private paintPage(pen: Pen): void {
    const height = HEIGHT - TOP - TABS;
    const space = { y: TOP, width: WIDTH, height, scroll: this.scrolled[this.tab] };
    this.tall = pages[this.tab](pen, space, this.room, this.acts);
    const most = Math.max(0, this.tall - height);
    if (this.scrolled[this.tab] > most) {
      this.scrolled[this.tab] = most;
      this.sheet.changed();
    }
    if (most > 0) {
      const bar = Math.max(30, (height * height) / this.tall);
      pen.box(WIDTH - 8, TOP + ((height - bar) * this.scrolled[this.tab]) / most, 4, bar, color.edge, 2);
    }
  }

  private paintTop(pen: Pen): void {
    const { viewer } = this.room;
    const middle = TOP / 2;
    pen.box(0, 0, WIDTH, TOP, color.panel);
    const wide = pen.text(t(`room.tab.${this.tab}`), 24, middle, 300, { size: TITLE, weight: 600 });
    if (this.tab === 'structures') {
      const { shown, all } = roomStructures(viewer);
      pen.text(t('structures.count', { shown, all }), 24 + wide + 16, middle + 2, WIDTH - 24 - wide - 16 - 136, {
        ink: color.quiet,
      });
    }
    const icon = (n: number, name: 'follow' | 'close', press: () => void, on = false) => {
      const x = WIDTH - 12 - (2 - n) * 56;
      if (on) pen.box(x + 2, middle - 26, 52, 52, color.sel, 12);
      pen.icon(name, x + 12, middle - 16, 32, on ? color.accent : color.text);
      pen.spot({ x: x + 2, y: middle - 26, width: 52, height: 52, press });
    };
    icon(
      0,
      'follow',
      () => {
        this.follows = !this.follows;
        if (this.follows) this.place();
        this.sheet.changed();
      },
      this.follows,
    );
    icon(1, 'close', () => {
      this.sheet.visible = false;
    });
    pen.box(0, TOP - 1, WIDTH, 1, color.line);
  }

  private paintTabs(pen: Pen): void {
    const y = HEIGHT - TABS;
    pen.box(0, y, WIDTH, TABS, color.panel);
    pen.box(0, y, WIDTH, 1, color.line);
    const each = WIDTH / tabs.length;
    const facts = roomFacts(this.room.viewer).length - 1;
    for (const [n, tab] of tabs.entries()) {
      const here = tab === this.tab;
      const name = tab === 'facts' && facts > 0 ? `${t('room.tab.facts')} ${facts}` : t(`room.tab.${tab}`);
      pen.text(name, n * each + 8, y + TABS / 2, each - 16, {
        at: 'middle',
        weight: here ? 600 : 400,
        ink: here ? color.text : color.quiet,
      });
      if (here) pen.box(n * each + 16, HEIGHT - 6, each - 32, 5, color.accent, 2);
      pen.spot({
        x: n * each,
        y: y + 4,
        width: each,
        height: TABS - 8,
        press: () => {
          this.tab = tab;
          this.sheet.changed();
        },
      });
    }
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.sheet.dispose();
  }
}

const place = new Vector3();
const turn = new Matrix4();
