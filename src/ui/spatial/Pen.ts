import { direction } from '#i18n/t.ts';
import { drawIcon, type IconName } from './icons.ts';
import { color, font, LETTER } from './roomStyle.ts';
import type { Spot } from './Sheet.ts';

/** Letters shrink down to capitals of 1° before a word is shortened. */
const LEAST = 25;

/**
 * Draws a sheet in dmm from its upper left corner, and keeps what can be pressed. Right to left everything changes sides here,
 * so that whoever draws says every place once.
 */
export class Pen {
  readonly spots: Spot[] = [];
  readonly ctx: CanvasRenderingContext2D;
  private readonly width: number;
  private readonly rtl: boolean;

  constructor(ctx: CanvasRenderingContext2D, width: number) {
    this.ctx = ctx;
    this.width = width;
    this.rtl = direction() === 'rtl';
    ctx.direction = this.rtl ? 'rtl' : 'ltr';
    ctx.fontKerning = 'normal';
  }

  private left(x: number, width: number): number {
    return this.rtl ? this.width - x - width : x;
  }

  spot(spot: Spot): void {
    const { rtl } = this;
    const { drag } = spot;
    this.spots.push({
      ...spot,
      x: this.left(spot.x, spot.width),
      ...(drag ? { drag: (x: number, y: number) => drag.call(spot, rtl ? 1 - x : x, y) } : {}),
    });
  }

  box(x: number, y: number, width: number, height: number, fill: string | null, round = 0, outline?: string): void {
    const { ctx } = this;
    ctx.beginPath();
    ctx.roundRect(this.left(x, width), y, width, height, round);
    if (fill) {
      ctx.fillStyle = fill;
      ctx.fill();
    }
    if (outline) {
      ctx.lineWidth = 1.5;
      ctx.strokeStyle = outline;
      ctx.stroke();
    }
  }

  icon(name: IconName, x: number, y: number, size: number, ink: string = color.text): void {
    drawIcon(this.ctx, name, this.left(x, size), y, size, ink);
  }

  /** One line of at most `room` wide, its middle at y; gives its width. `at` says which end of the room it stands at. */
  text(
    words: string,
    x: number,
    y: number,
    room: number,
    {
      size = LETTER,
      weight = 400,
      ink = color.text,
      at = 'start',
    }: {
      readonly size?: number;
      readonly weight?: 400 | 500 | 600;
      readonly ink?: string;
      readonly at?: 'start' | 'middle' | 'end';
    } = {},
  ): number {
    const { ctx } = this;
    let letters = size;
    ctx.font = font(letters, weight);
    let wide = ctx.measureText(words).width;
    if (wide > room) {
      letters = Math.max(Math.min(LEAST, size), (size * room) / wide);
      ctx.font = font(letters, weight);
      wide = ctx.measureText(words).width;
    }
    let shown = words;
    while (wide > room + 0.5 && shown.length > 1) {
      shown = `${shown.replace(/…$/, '').slice(0, -1)}…`;
      wide = ctx.measureText(shown).width;
    }
    const start = at === 'start' ? x : at === 'end' ? x + room - wide : x + (room - wide) / 2;
    ctx.textAlign = 'left';
    ctx.direction = 'ltr';
    ctx.fillStyle = ink;
    ctx.textBaseline = 'alphabetic';
    ctx.fillText(shown, this.left(start, wide), y + letters * 0.36);
    return wide;
  }

  /** Broken into lines of `room`; gives the height that it took. */
  block(words: string, x: number, y: number, room: number, size = LETTER, ink: string = color.text): number {
    const { ctx } = this;
    ctx.font = font(size);
    const step = size * 1.25;
    let line = '';
    let rows = 0;
    const flush = () => {
      if (line) this.text(line, x, y + rows++ * step + step / 2, room, { size, ink });
      line = '';
    };
    for (const word of words.split(/\s+/)) {
      const next = line ? `${line} ${word}` : word;
      ctx.font = font(size);
      if (line && ctx.measureText(next).width > room) flush();
      line = line ? `${line} ${word}` : word;
    }
    flush();
    return rows * step;
  }

  /** A track with its filled part and a thumb, `share` 0 to 1; the whole height of the row can be dragged. */
  slider(x: number, y: number, width: number, share: number, spot: Pick<Spot, 'drag' | 'dropped'>): void {
    const middle = y;
    this.box(x, middle - 4, width, 8, color.edge, 4);
    this.box(x, middle - 4, Math.max(8, width * share), 8, color.accent, 4);
    const { ctx } = this;
    ctx.beginPath();
    ctx.arc(this.left(x + width * share, 0), middle, 17, 0, 7);
    ctx.fillStyle = color.text;
    ctx.fill();
    ctx.lineWidth = 3;
    ctx.strokeStyle = color.ground;
    ctx.stroke();
    this.spot({ x, y: middle - 24, width, height: 48, ...spot });
  }
}
