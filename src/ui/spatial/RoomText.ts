import { CanvasTexture, LinearFilter, LinearMipmapLinearFilter, NoColorSpace } from 'three';
import { color, font, lettersLoaded, PIXELS_PER_DMM } from './roomStyle.ts';

/** A run of words (or a block of lines) in the atlas. */
export interface Words {
  /** dmm. */
  readonly width: number;
  readonly height: number;
  /** Place in the atlas, 0 to 1, v upwards. */
  readonly u0: number;
  readonly v0: number;
  readonly u1: number;
  readonly v1: number;
}
export interface WordLine {
  readonly text: string;
  readonly size: number;
  readonly weight?: 400 | 500 | 600;
  readonly color?: string;
}
export interface WordStyle {
  readonly plate?: boolean;
  readonly outline?: string;
  readonly align?: 'left' | 'center' | 'right';
}

const SIZE = 1024;
const MARGIN = 4;

/**
 * The words of the room: Canvas 2D writes them into one texture, 2 pixels per dmm, so the browser shapes every script. What is
 * written stays there until the atlas is full; then all is written anew, which `generation` tells.
 */
export class RoomText {
  readonly texture: CanvasTexture;
  /** Raised when words that were handed out are no longer where they were. */
  generation = 0;
  private readonly ctx: CanvasRenderingContext2D;
  private readonly written = new Map<string, Words>();
  private x = MARGIN;
  private y = MARGIN;
  private row = 0;

  constructor() {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIZE;
    const ctx = canvas.getContext('2d');
    if (!ctx) throw new Error('no 2D canvas');
    this.ctx = ctx;
    this.texture = new CanvasTexture(canvas);
    // Premultiplied display values go to the screen as they are: decoding them would darken the edges of letters.
    this.texture.colorSpace = NoColorSpace;
    this.texture.minFilter = LinearMipmapLinearFilter;
    this.texture.magFilter = LinearFilter;
    this.texture.anisotropy = 4;
    this.texture.premultiplyAlpha = true;
    void lettersLoaded().then(() => this.clear());
  }

  /** Everything is to be written again: new letters, another language. */
  clear(): void {
    this.written.clear();
    this.ctx.clearRect(0, 0, SIZE, SIZE);
    this.x = this.y = MARGIN;
    this.row = 0;
    this.generation++;
    this.texture.needsUpdate = true;
  }

  /** A round dot with a dark rim: where a ray ends. */
  dot(): Words {
    return this.keep('dot', 24, 24, (ctx) => {
      ctx.beginPath();
      ctx.arc(12, 12, 8, 0, 7);
      ctx.fillStyle = color.text;
      ctx.fill();
      ctx.lineWidth = 3;
      ctx.strokeStyle = color.ground;
      ctx.stroke();
    });
  }

  /** A ring: where a step or a placing would go. */
  ring(): Words {
    return this.keep('ring', 128, 128, (ctx) => {
      ctx.lineWidth = 6;
      ctx.strokeStyle = color.accent;
      ctx.fillStyle = '#4cc2ff22';
      ctx.beginPath();
      ctx.arc(64, 64, 54, 0, 7);
      ctx.fill();
      ctx.stroke();
      ctx.fillStyle = color.accent;
      ctx.beginPath();
      ctx.arc(64, 64, 8, 0, 7);
      ctx.fill();
    });
  }

  write(lines: readonly WordLine[], style: WordStyle = {}): Words {
    const key = `${JSON.stringify(lines)}${JSON.stringify(style)}`;
    const known = this.written.get(key);
    if (known) return known;
    const { ctx } = this;
    const pad = style.plate ? 20 : 6;
    let width = 0;
    let height = 2 * (style.plate ? 12 : 4);
    for (const { text, size, weight } of lines) {
      ctx.font = font(size, weight);
      width = Math.max(width, ctx.measureText(text).width);
      height += Math.round(size * 1.3);
    }
    width = Math.ceil(width + 2 * pad);
    return this.keep(key, width, height, (draw) => {
      if (style.plate) {
        draw.beginPath();
        draw.roundRect(1.5, 1.5, width - 3, height - 3, Math.min(16, height / 3));
        draw.fillStyle = 'rgba(20, 24, 28, 0.94)';
        draw.fill();
        draw.lineWidth = 2;
        draw.strokeStyle = style.outline ?? color.edge;
        draw.stroke();
      }
      let y = style.plate ? 12 : 4;
      draw.textBaseline = 'alphabetic';
      draw.fontVariantCaps = 'normal';
      for (const { text, size, weight, color: own } of lines) {
        draw.font = font(size, weight);
        draw.textAlign = style.align ?? 'left';
        const x = style.align === 'center' ? width / 2 : style.align === 'right' ? width - pad : pad;
        const base = y + size * 1.0;
        if (!style.plate) {
          draw.lineJoin = 'round';
          draw.lineWidth = 5;
          draw.strokeStyle = color.ground;
          draw.strokeText(text, x, base);
        }
        draw.fillStyle = own ?? color.text;
        draw.fillText(text, x, base);
        y += Math.round(size * 1.3);
      }
    });
  }

  private keep(key: string, width: number, height: number, draw: (ctx: CanvasRenderingContext2D) => void): Words {
    const known = this.written.get(key);
    if (known) return known;
    const w = Math.min(SIZE - 2 * MARGIN, Math.ceil(width * PIXELS_PER_DMM));
    const h = Math.ceil(height * PIXELS_PER_DMM);
    if (this.x + w + MARGIN > SIZE) {
      this.x = MARGIN;
      this.y += this.row + MARGIN;
      this.row = 0;
    }
    if (this.y + h + MARGIN > SIZE) this.clear();
    const { ctx, x, y } = this;
    ctx.save();
    ctx.translate(x, y);
    // Longer than the atlas is wide: drawn narrower rather than cut.
    ctx.scale(w / width, PIXELS_PER_DMM);
    draw(ctx);
    ctx.restore();
    this.x += w + MARGIN;
    this.row = Math.max(this.row, h);
    this.texture.needsUpdate = true;
    const words = {
      width,
      height,
      u0: x / SIZE,
      u1: (x + w) / SIZE,
      v0: 1 - (y + h) / SIZE,
      v1: 1 - y / SIZE,
    };
    this.written.set(key, words);
    return words;
  }

  dispose(): void {
    this.texture.dispose();
  }
}
