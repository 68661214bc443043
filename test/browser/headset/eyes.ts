// What both eyes see: pictures of the session, and what differs between two of them in each half.
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';

/**
 * What differs between two pictures in one half. Whole numbers only are kept: V8 13.6 was seen to let two objects of one literal
 * share the box of a fraction (count 3768 beside the share of 3742), which made both eyes alike now and then.
 */
export class Seen {
  readonly count: number;
  private readonly sum: number;
  private readonly width: number;
  private readonly height: number;

  constructor(a: PNG, b: PNG, from: number) {
    const width = a.width / 2;
    let count = 0;
    let sum = 0;
    for (let y = 0; y < a.height; y++)
      for (let x = from; x < from + width; x++) {
        if (!apart(a, b, 4 * (y * a.width + x))) continue;
        count++;
        sum += x - from;
      }
    this.count = count;
    this.sum = sum;
    this.width = width;
    this.height = a.height;
  }
  /** Of the half's pixels. */
  get share(): number {
    return this.count / (this.width * this.height);
  }
  /** Middle of what differs, in parts of the half's width. */
  get x(): number {
    return this.sum / this.count / this.width;
  }
}

/** What the session draws, read in the frame that drew it: the first picture that equals the one before it. */
export async function picture(page: Page): Promise<PNG> {
  const url = await page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const session = (window.__xrDevice.activeSession ?? window) as XRSession;
        // The emulator adds canvases of its own; three signs the one that it draws on.
        const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-engine]');
        let last = '';
        let seen = 0;
        const next = () => {
          const now = canvas?.toDataURL() ?? '';
          if (seen > 2 && now === last) return resolve(now);
          if (++seen > 200) return reject(new Error('200 frames in turn, and no two of them alike'));
          last = now;
          session.requestAnimationFrame(next);
        };
        session.requestAnimationFrame(next);
      }),
  );
  return PNG.sync.read(Buffer.from(url.split(',')[1] ?? '', 'base64'));
}

/** What differs for each eye. */
export function changed(a: PNG, b: PNG): readonly [Seen, Seen] {
  if (a.width !== b.width || a.height !== b.height)
    throw new Error(`pictures of ${a.width} × ${a.height} and of ${b.width} × ${b.height}`);
  return [new Seen(a, b, 0), new Seen(a, b, a.width / 2)];
}

function apart(a: PNG, b: PNG, at: number): boolean {
  let sum = 0;
  for (let c = 0; c < 3; c++) sum += Math.abs((a.data[at + c] as number) - (b.data[at + c] as number));
  return sum > 24;
}

const show = (page: Page, ids: readonly string[], visible: boolean): Promise<void> =>
  page.evaluate(
    async ([which, to]) => {
      for (const id of which) await window.vesalius.setSegment(id, { visible: to });
    },
    [ids, visible] as const,
  );

/** What the body covers in each eye's picture, by hiding it. */
export async function seenByEyes(page: Page): Promise<readonly [Seen, Seen]> {
  const whole = await picture(page);
  const { segments } = await page.evaluate(() => window.vesalius.case());
  const before = segments.filter(({ visible }) => visible).map(({ id }) => id);
  await show(page, before, false);
  const empty = await picture(page);
  await show(page, before, true);
  return changed(whole, empty);
}
