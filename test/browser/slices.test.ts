import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { balls, labelAt, origin, rasOf, type Triple, valueAt } from './slices/madeScan.ts';
import { openSlices, type Plane } from './slices/openSlices.ts';

let opened: Awaited<ReturnType<typeof openSlices>>;
let page: Page;
let inPage: typeof opened.inPage;
let drawn: typeof opened.drawn;
let crosshair: typeof opened.crosshair;
let steps: typeof opened.steps;
let boxOf: typeof opened.boxOf;
let pixels: typeof opened.pixels;
let plainText: typeof opened.plainText;

beforeAll(async () => {
  opened = await openSlices(5490);
  ({ page, inPage, drawn, crosshair, steps, boxOf, pixels, plainText } = opened);
});
afterAll(() => opened?.close());
beforeEach(() => opened.begin());

/** As the scale bar says. */
async function pixelsPerMm(plane: Plane): Promise<number> {
  const bar = await page.locator(`[data-plane=${plane}] .slice-bar`).boundingBox();
  return (bar?.width ?? Number.NaN) / (await barMm(plane));
}
const barMm = async (plane: Plane) =>
  Number((await plainText(`[data-plane=${plane}] .slice-scale`))?.replace(/[^\d.]/g, ''));
/** Long enough for a run of wheel turns or keys to be over. */
const rest = () => page.waitForTimeout(800);

/** Middle of what is as bright as the balls. */
async function brightMiddle(plane: Plane): Promise<[number, number]> {
  const picture = await pixels(plane);
  let [sumX, sumY, count] = [0, 0, 0];
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++) {
      const [r, g, b] = picture.at(x, y) as [number, number, number];
      if (r < 220 || r !== g || g !== b) continue;
      sumX += x;
      sumY += y;
      count++;
    }
  expect(count).toBeGreaterThan(100);
  return [sumX / count, sumY / count];
}

describe('slices in Chromium', () => {
  it('say in words that the voxels are still to come, and show the borders meanwhile', async () => {
    expect(await page.locator('[data-plane=axial] .slice-empty').textContent()).not.toBe('');
    const before = await pixels('axial');
    const colored = (picture: typeof before) => {
      let count = 0;
      for (let y = 0; y < picture.height; y++)
        for (let x = 0; x < 140; x++) {
          const [r, , b] = picture.at(x, y) as [number, number, number];
          if (r > b + 30) count++;
        }
      return count;
    };
    expect(colored(before)).toBeGreaterThan(40);
    await inPage(({ arrive }) => arrive());
    await drawn();
    expect(await page.locator('.slice-empty').count()).toBe(0);
  });

  it('have the patient’s right on the left, the front on top or on the left, and letters that say so', async () => {
    const letters = (plane: Plane) =>
      page.locator(`[data-plane=${plane}] .slice-letter`).evaluateAll((spans) =>
        spans.map((span) => {
          const box = span.getBoundingClientRect();
          const view = (span.parentElement as HTMLElement).getBoundingClientRect();
          const x = (box.left + box.right) / 2 - view.left;
          const y = (box.top + box.bottom) / 2 - view.top;
          const side = x < 30 ? 'left' : x > view.width - 30 ? 'right' : y < view.height / 2 ? 'top' : 'bottom';
          return `${side} ${span.textContent}`;
        }),
      );
    expect((await letters('axial')).sort()).toEqual(['bottom P', 'left R', 'right L', 'top A']);
    expect((await letters('coronal')).sort()).toEqual(['bottom I', 'left R', 'right L', 'top S']);
    expect((await letters('sagittal')).sort()).toEqual(['bottom I', 'left A', 'right P', 'top S']);

    const { width, height } = await pixels('axial');
    const [pixelX, pixelY] = [width / 2, height / 2];
    // The liver alone: a slice a little behind the front ball.
    await inPage(({ viewer }) => viewer.case.verbs.setCrosshair([1, -1, 2]));
    expect((await brightMiddle('axial'))[0]).toBeLessThan(pixelX);
    expect((await brightMiddle('axial'))[1]).toBeLessThan(pixelY);
    // Through liver and top ball.
    expect((await brightMiddle('coronal'))[0]).toBeLessThan(pixelX);
    expect((await brightMiddle('coronal'))[1]).toBeLessThan(pixelY);
    // Through front and top ball.
    expect((await brightMiddle('sagittal'))[0]).toBeLessThan(pixelX);
    expect((await brightMiddle('sagittal'))[1]).toBeLessThan(pixelY);

    await inPage(({ viewer }) => viewer.view.verbs.set({ convention: 'neurological' }));
    expect((await letters('axial')).sort()).toEqual(['bottom P', 'left L', 'right R', 'top A']);
    expect((await brightMiddle('axial'))[0]).toBeGreaterThan(pixelX);
    expect((await brightMiddle('coronal'))[0]).toBeGreaterThan(pixelX);
    expect((await brightMiddle('sagittal'))[0]).toBeLessThan(pixelX);
  });

  it('draw the two other planes as lines in their colours, open at the middle', async () => {
    const expected = {
      axial: ['coronal', 'sagittal'],
      coronal: ['axial', 'sagittal'],
      sagittal: ['axial', 'coronal'],
    } as const;
    const colors = { axial: [185, 162, 255], coronal: [79, 214, 198], sagittal: [245, 157, 98] } as const;
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      const picture = await pixels(plane);
      const [across, down] = expected[plane];
      const rows = [...Array(picture.height).keys()].filter((y) => String(picture.at(2, y)) === String(colors[across]));
      const columns = [...Array(picture.width).keys()].filter((x) => String(picture.at(x, 2)) === String(colors[down]));
      expect(rows.length).toBe(1);
      expect(columns.length).toBe(1);
      const [x, y] = [columns[0] as number, rows[0] as number];
      expect(String(picture.at(x - 12, y))).toBe(String(colors[across]));
      for (const offset of [-6, -3, 3, 6]) expect(String(picture.at(x + offset, y))).not.toBe(String(colors[across]));
    }
  });

  it('scroll by exactly one slice for each notch of the wheel; a run is one step', async () => {
    const { x, y, width, height } = await boxOf('axial');
    await page.mouse.move(x + width / 2, y + height / 2);
    const before = await steps();
    await page.mouse.wheel(0, -100);
    await drawn();
    expect(await crosshair()).toEqual([1, -1, 5]);
    for (let n = 0; n < 3; n++) await page.mouse.wheel(0, 120);
    await drawn();
    expect(await crosshair()).toEqual([1, -1, -4]);
    expect(await page.locator('[data-plane=axial] .slice-number').textContent()).toBe('17 / 40');
    expect(await plainText('[data-plane=axial] .slice-position')).toBe('I 4.0');
    await rest();
    expect(await steps()).toBe(before + 1);
    await inPage(({ viewer }) => viewer.case.verbs.undo());
    expect(await crosshair()).toEqual([1, -1, 2]);
  });

  it('stop at the scan’s last slice', async () => {
    await page.locator('[data-plane=sagittal]').focus();
    for (let n = 0; n < 8; n++) await page.keyboard.press('PageUp');
    expect(await crosshair()).toEqual([origin[0], -1, 2]);
    expect(await page.locator('[data-plane=sagittal] .slice-number').textContent()).toBe('1 / 60');
  });

  it('have a scale bar that is as long as it says', async () => {
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      const { x, y, width, height } = await boxOf(plane);
      const axis = plane === 'sagittal' ? 1 : 0;
      await page.mouse.click(x + width / 2 - 60, y + height / 2);
      const a = await crosshair();
      await page.mouse.click(x + width / 2 + 60, y + height / 2);
      const b = await crosshair();
      const pixelsPerMm = 120 / Math.abs((a[axis] as number) - (b[axis] as number));
      const bar = await page.locator(`[data-plane=${plane}] .slice-bar`).boundingBox();
      const mm = await barMm(plane);
      expect([1, 2, 5]).toContain(mm / 10 ** Math.floor(Math.log10(mm)));
      expect(Math.abs((bar?.width ?? 0) - mm * pixelsPerMm)).toBeLessThan(1);
      expect(bar?.width).toBeGreaterThanOrEqual(48);
    }
  });

  it('drag window and level with the right button, as one step', async () => {
    const { x, y, width, height } = await boxOf('coronal');
    const before = await steps();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down({ button: 'right' });
    for (let n = 1; n <= 10; n++) await page.mouse.move(x + width / 2 + 4 * n, y + height / 2 - 3 * n);
    await page.mouse.up({ button: 'right' });
    const { level, width: wide } = await inPage(({ viewer }) => viewer.case.getState().window);
    expect(wide).toBeGreaterThan(500);
    expect(level).toBeLessThan(0);
    await drawn();
    expect(await page.locator('[data-plane=coronal] .slice-window').textContent()).toBe(
      `W ${wide} L ${level < 0 ? '\u2212' : ''}${Math.abs(level)}`,
    );
    expect(await steps()).toBe(before + 1);
    await inPage(({ viewer }) => viewer.case.verbs.undo());
    expect(await inPage(({ viewer }) => viewer.case.getState().window)).toEqual({ level: 40, width: 400 });
    expect(await crosshair()).toEqual([1, -1, 2]);
  });

  it('tell the value of the very voxel under the pointer, and its segment', async () => {
    let inBalls = 0;
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      const { x, y, width, height } = await boxOf(plane);
      for (const [u, v] of [
        [0.31, 0.52],
        [0.5, 0.24],
        [0.6, 0.4],
        [0.47, 0.7],
        [0.36, 0.44],
      ] as const) {
        await page.mouse.move(x + u * width, y + v * height);
        await drawn();
        const cursor = await inPage(({ viewer }) => {
          const { cursor } = viewer.view.getState();
          const name = viewer.case.getState().segments.find(({ id }) => id === cursor?.segment)?.name ?? null;
          return cursor && { ras: cursor.ras, value: cursor.value, name };
        });
        if (!cursor) throw new Error(`nothing under ${plane} ${u} ${v}`);
        const [r, a, s] = cursor.ras;
        const ijk: Triple = [
          Math.round((origin[0] - r) / 2),
          Math.round((origin[1] - a) / 2),
          Math.round((s - origin[2]) / 3),
        ];
        expect(cursor.value).toBe(valueAt(ijk));
        const label = labelAt(rasOf(ijk));
        expect(cursor.name).toBe(balls.find(({ value }) => value === label)?.name ?? null);
        if (label > 0) inBalls++;
      }
    }
    expect(inBalls).toBeGreaterThanOrEqual(3);
    await page.mouse.move(899, 599);
    await drawn();
    expect(await inPage(({ viewer }) => viewer.view.getState().cursor)).toBeNull();
  });

  it('put the crosshair where it is dragged, as one step, and choose what was clicked', async () => {
    const { x, y, width, height } = await boxOf('axial');
    const before = await steps();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    for (let n = 1; n <= 8; n++) await page.mouse.move(x + width / 2 - 5 * n, y + height / 2 + n);
    await page.mouse.up();
    const [r, a, s] = await crosshair();
    expect(r).toBeGreaterThan(10);
    expect(a).toBeLessThan(-1);
    expect(s).toBe(2);
    expect(await steps()).toBe(before + 1);
    const chosen = () =>
      inPage(({ viewer }) =>
        viewer.case
          .getState()
          .segments.flatMap(({ id, name }) => (viewer.view.getState().selection.includes(id) ? [name] : [])),
      );
    expect(await chosen()).toEqual([]);
    await inPage(({ viewer }) => viewer.case.verbs.setCrosshair([34, 0, 0]));
    // The scan's middle in the patient: R 2, A −2.
    const scale = await pixelsPerMm('axial');
    await page.mouse.click(x + width / 2 - (34 - 2) * scale, y + height / 2 - 2 * scale);
    expect(await chosen()).toEqual(['Liver']);
  });

  it('keep the place under the pointer when they come nearer, and go back with Home', async () => {
    const { x, y, width, height } = await boxOf('axial');
    // Whole pixels: a wheel's place has no fraction.
    const at = [Math.round(x + width * 0.4), Math.round(y + height * 0.6)] as const;
    await page.mouse.move(...at);
    await drawn();
    const under = () => inPage(({ viewer }) => viewer.view.getState().cursor?.ras as Triple);
    const before = await under();
    const bar = () => barMm('axial');
    const mm = await bar();
    await page.keyboard.down('Control');
    for (let n = 0; n < 6; n++) await page.mouse.wheel(0, -120);
    await page.keyboard.up('Control');
    await drawn();
    await page.mouse.move(at[0] + 1, at[1]);
    await page.mouse.move(...at);
    await drawn();
    const after = await under();
    for (const axis of [0, 1, 2] as const) expect(after[axis]).toBeCloseTo(before[axis], 6);
    expect(await bar()).toBeLessThan(mm);
    await page.locator('[data-plane=axial]').focus();
    await page.keyboard.press('Home');
    await drawn();
    expect(await bar()).toBe(mm);
  });

  it('do by keys all that the mouse does', async () => {
    const view = page.locator('[data-plane=coronal]');
    await view.focus();
    await page.keyboard.press('ArrowUp');
    expect(await crosshair()).toEqual([1, 1, 2]);
    await page.keyboard.press('PageDown');
    expect(await crosshair()).toEqual([1, -19, 2]);
    await page.keyboard.press('Alt+ArrowRight');
    await page.keyboard.press('Alt+ArrowDown');
    // To the right of the picture is the patient's left; down is below by one voxel of 3 mm.
    expect(await crosshair()).toEqual([-1, -19, -1]);
    await page.keyboard.press('w');
    await page.keyboard.press('ArrowRight');
    const wide = await inPage(({ viewer }) => viewer.case.getState().window);
    expect(wide.width).toBeGreaterThan(400);
    expect(await crosshair()).toEqual([-1, -19, -1]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowUp');
    expect((await crosshair())[1]).toBe(-17);
    await inPage(({ viewer }) => viewer.case.verbs.setCrosshair([34, 0, 0]));
    await page.keyboard.press('Enter');
    expect(await inPage(({ viewer }) => viewer.view.getState().selection.length)).toBe(1);
    await rest();
    expect(await view.getAttribute('role')).toBe('application');
    const described = await page.locator(`[id="${await view.getAttribute('aria-describedby')}"]`).textContent();
    expect(described).toContain('Liver');
    expect(described?.replace(/\s/g, ' ')).toContain('R 34.0');
  });

  it('become large by a double click, and small again', async () => {
    const small = await boxOf('sagittal');
    await page.mouse.dblclick(small.x + 150, small.y + 150);
    await drawn();
    expect(await inPage(({ viewer }) => viewer.view.getState().largeSlice)).toBe('sagittal');
    const large = await boxOf('sagittal');
    expect(large.width).toBeGreaterThan(1.9 * small.width);
    const { width } = await pixels('sagittal');
    expect(width).toBe(Math.round(large.width));
    await page.mouse.dblclick(large.x + 150, large.y + 150);
    await drawn();
    expect((await boxOf('sagittal')).width).toBeCloseTo(small.width, 3);
  });

  it('measure between two clicks', async () => {
    await inPage(({ viewer }) => viewer.view.verbs.set({ tool: 'measure' }));
    const before = await steps();
    const { x, y, width, height } = await boxOf('axial');
    await page.mouse.click(x + width / 2 - 50, y + height / 2);
    await page.mouse.click(x + width / 2 + 50, y + height / 2);
    const made = await inPage(({ viewer }) => viewer.case.getState().measurements);
    expect(made.length).toBe(1);
    const [a, b] = (made[0]?.points ?? []) as unknown as [Triple, Triple];
    expect(a[0] - b[0]).toBeGreaterThan(10);
    expect([a[1], a[2]]).toEqual([b[1], b[2]]);
    expect(await steps()).toBe(before + 1);
    // The line is there, bright over the body; and not on a slice far away.
    const bright = async () => {
      const picture = await pixels('axial');
      const row = Math.round(height / 2);
      let count = 0;
      for (let n = -40; n <= 40; n++)
        for (const dy of [-2, -1, 0, 1])
          if ((picture.at(Math.round(width / 2) + n, row + dy)[0] ?? 0) > 150) {
            count++;
            break;
          }
      return count;
    };
    expect(await bright()).toBeGreaterThan(70);
    await inPage(({ viewer }) => viewer.case.verbs.setCrosshair([1, 20, 23]));
    expect(await bright()).toBeLessThan(20);
    await inPage(({ viewer }) => viewer.case.verbs.removeMeasurement(viewer.case.getState().measurements[0]?.id ?? ''));
  });

  it('take one finger for the crosshair, two for moving and zooming, three for the window', async () => {
    const { touch } = opened;
    const before = await crosshair();
    await touch('axial', 'down', [[100, 100]]);
    await touch('axial', 'move', [[130, 120]]);
    await touch('axial', 'up', [[130, 120]]);
    const moved = await crosshair();
    expect(moved).not.toEqual(before);
    const scale = await pixelsPerMm('axial');
    const wide = [
      [90, 150],
      [210, 150],
    ] as const;
    await touch('axial', 'down', [
      [100, 150],
      [200, 150],
    ]);
    await touch('axial', 'move', wide);
    await touch('axial', 'up', wide);
    await drawn();
    expect(await crosshair()).toEqual(moved);
    // From 100 to 120 px apart; the bar is drawn in whole device pixels of its border.
    expect((await pixelsPerMm('axial')) / scale).toBeCloseTo(1.2, 2);
    const three = (x: number) =>
      [
        [100 + x, 150],
        [200 + x, 150],
        [150 + x, 200],
      ] as const;
    await touch('axial', 'down', three(0));
    await touch('axial', 'move', three(30));
    await touch('axial', 'up', three(30));
    expect(await crosshair()).toEqual(moved);
    expect((await inPage(({ viewer }) => viewer.case.getState().window)).width).toBeGreaterThan(420);
  });
});

it('said nothing in the console', () => {
  expect(opened.faults).toEqual([]);
});
