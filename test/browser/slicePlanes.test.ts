import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSlices } from './slices/openSlices.ts';

let opened: Awaited<ReturnType<typeof openSlices>>;
beforeAll(async () => {
  opened = await openSlices(5491);
  await opened.inPage(({ arrive }) => arrive());
});
afterAll(() => opened?.close());
beforeEach(() => opened.begin());

/** Looks from the front, and comes back when the camera has arrived. */
async function fromFront(): Promise<void> {
  await opened.inPage(({ viewer }) => viewer.view.verbs.lookFrom('front'));
  let before = '';
  await expect
    .poll(
      async () => {
        const now = await opened.inPage(({ stage }) => JSON.stringify(stage.project([34, 0, 0])));
        const arrived = now === before;
        before = now;
        return arrived;
      },
      { timeout: 20_000, interval: 150 },
    )
    .toBe(true);
}

describe('the planes in the body', () => {
  const violet = async (): Promise<number> =>
    opened.inPage(async ({ stage }) => {
      const bitmap = await createImageBitmap(await stage.screenshot());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let count = 0;
      for (let n = 0; n < data.length; n += 4) {
        const [r, g, b] = [data[n] as number, data[n + 1] as number, data[n + 2] as number];
        if (b > 200 && b > r + 40 && r > g + 8) count++;
      }
      return count;
    });
  const show = async (planesShown: boolean) => {
    await opened.inPage(({ viewer }, planesShown) => {
      viewer.view.verbs.set({ planesShown });
      viewer.view.verbs.lookFrom('three-quarter');
    }, planesShown);
    await opened.page.waitForTimeout(400);
  };

  it('are framed in their colours when shown, and cost nothing when not', async () => {
    await show(false);
    const calls = await opened.inPage(({ stage }) => stage.stats(performance.now()).drawCalls);
    expect(await violet()).toBe(0);
    await show(true);
    expect(await violet()).toBeGreaterThan(100);
    expect(await opened.inPage(({ stage }) => stage.stats(performance.now()).drawCalls)).toBe(calls + 3);
    await show(false);
    expect(await violet()).toBe(0);
    expect(await opened.inPage(({ stage }) => stage.stats(performance.now()).drawCalls)).toBe(calls);
  });

  it('follow the crosshair, and are dragged along their normals as one step', async () => {
    await show(true);
    const before = await opened.steps();
    const from = await opened.crosshair();
    await opened.page.keyboard.down('Alt');
    await opened.page.mouse.move(200, 450);
    await opened.page.mouse.down();
    for (let n = 1; n <= 6; n++) await opened.page.mouse.move(200 + 4 * n, 450 - 5 * n);
    await opened.page.mouse.up();
    await opened.page.keyboard.up('Alt');
    const to = await opened.crosshair();
    expect(to.filter((value, axis) => value !== from[axis]).length).toBe(1);
    expect(await opened.steps()).toBe(before + 1);
    await show(false);
  });

  it('hide from a pick what they hide from the eye', async () => {
    const pick = async () => {
      await fromFront();
      return opened.inPage(({ stage, viewer }) => {
        const { x, y } = stage.project([34, 0, 0]);
        const hit = stage.pickPixel(x, y);
        const name = viewer.case.getState().segments.find(({ id }) => id === hit?.segment)?.name ?? '';
        return { name, beforePlane: (hit?.ras[1] ?? 0) > 4 };
      });
    };
    // The liver lies 20 mm behind the coronal plane, or is cut by it; the axial plane lies well below.
    const seen = { timeout: 20_000 };
    await show(false);
    await opened.inPage(({ viewer }) => viewer.case.verbs.setCrosshair([1, 21, -40]));
    await expect.poll(pick, seen).toEqual({ name: 'Liver', beforePlane: true });
    await show(true);
    await expect.poll(pick, seen).toEqual({ name: '', beforePlane: false });
    await opened.inPage(({ viewer }) => viewer.case.verbs.setCrosshair([1, 3, -40]));
    await expect.poll(pick, seen).toEqual({ name: 'Liver', beforePlane: true });
    await show(false);
  });

  it('come back after the graphics card was reset', async () => {
    await show(true);
    const shown = await violet();
    await opened.inPage(async () => {
      const canvas = document.querySelector('.stage canvas') as HTMLCanvasElement;
      const lose = canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
      const restored = new Promise((done) => canvas.addEventListener('webglcontextrestored', done, { once: true }));
      lose?.loseContext();
      await new Promise((done) => setTimeout(done, 100));
      lose?.restoreContext();
      await restored;
    });
    await opened.page.waitForTimeout(500);
    expect(Math.abs((await violet()) / shown - 1)).toBeLessThan(0.02);
    await show(false);
  });
});

describe('three clicks with the Measure tool', () => {
  const made = () => opened.inPage(({ viewer }) => viewer.case.getState().measurements.at(-1));
  const angleOf = (points: readonly (readonly number[])[]) => {
    const [a, corner, b] = points as [number[], number[], number[]];
    const arms = [a, b].map((end) => end.map((value, axis) => value - (corner[axis] as number)));
    const [u, v] = arms as [number[], number[]];
    const dot = u.reduce((sum, value, axis) => sum + value * (v[axis] as number), 0);
    return (Math.acos(dot / Math.hypot(...u) / Math.hypot(...v)) * 180) / Math.PI;
  };

  it('make an angle, its corner in the middle, on a slice and on the body', async () => {
    await opened.inPage(({ viewer }) => viewer.view.verbs.set({ tool: 'measure', measureKind: 'angle' }));
    await fromFront();
    const steps = await opened.steps();
    const { x, y, width, height } = await opened.boxOf('axial');
    const middle = [x + width / 2, y + height / 2] as const;
    for (const [dx, dy] of [
      [-40, 0],
      [0, 0],
      [0, -40],
    ] as const)
      await opened.page.mouse.click(middle[0] + dx, middle[1] + dy);
    const onSlice = await made();
    expect(onSlice?.kind).toBe('angle');
    expect(angleOf(onSlice?.points ?? [])).toBeCloseTo(90, 0);
    expect(await opened.steps()).toBe(steps + 1);

    const liver = await opened.inPage(({ stage }) => stage.project([34, 0, 0]));
    const stage = await opened.page.locator('.stage canvas').boundingBox();
    if (!stage) throw new Error('no stage');
    for (const [dx, dy] of [
      [-8, 0],
      [4, 0],
      [4, -8],
    ] as const)
      await opened.page.mouse.click(stage.x + liver.x + dx, stage.y + liver.y + dy);
    const onBody = await made();
    expect(onBody?.id).not.toBe(onSlice?.id);
    expect(onBody?.kind).toBe('angle');
    // On the ball's surface, each of them.
    for (const [r = 0, a = 0, s = 0] of onBody?.points ?? [])
      expect(Math.abs(Math.hypot(r - 34, a, s) - 14)).toBeLessThan(3);
    expect(await opened.steps()).toBe(steps + 2);
    await opened.inPage(({ viewer }) => {
      for (const { id } of viewer.case.getState().measurements) viewer.case.verbs.removeMeasurement(id);
      viewer.view.verbs.set({ tool: 'inspect', measureKind: 'length' });
    });
  });
});

describe('planes that were made up', () => {
  const told = async () => {
    await opened.drawn();
    return opened.inPage(() =>
      [...document.querySelectorAll('.slice-made-up')].map(
        (each) => (each.closest('.slice-view') as HTMLElement).dataset.plane,
      ),
    );
  };
  /** Share of the picture that differs, and that of its amber part. */
  const changed = async (before: Awaited<ReturnType<typeof opened.pixels>>) => {
    const after = await opened.pixels('axial');
    let [count, amber] = [0, 0];
    for (let y = 0; y < after.height; y++)
      for (let x = 0; x < after.width; x++) {
        const [was, is] = [before.at(x, y), after.at(x, y)];
        if (was.every((value, n) => value === is[n])) continue;
        count++;
        if (is[0] - was[0] >= is[2] - was[2] && is[0] > is[2]) amber++;
      }
    return { share: count / (after.width * after.height), amber: amber / Math.max(1, count) };
  };

  it('are hatched and named in each slice that meets them, and in no other', async () => {
    // Plane 19 is at S 5 mm, plane 20 at S 8 mm.
    await opened.inPage(({ viewer }) => viewer.case.verbs.setCrosshair([1, -1, 5]));
    const before = await opened.pixels('axial');
    expect(await told()).toEqual([]);
    await opened.inPage(({ makeUp }) => makeUp([19]));
    await expect.poll(told, { timeout: 20_000 }).toEqual(['axial', 'coronal', 'sagittal']);
    const { share, amber } = await changed(before);
    // Lines alone: the picture is read between them.
    expect(share).toBeGreaterThan(0.03);
    expect(share).toBeLessThan(0.15);
    expect(amber).toBeGreaterThan(0.9);
    await opened.inPage(({ viewer }) => viewer.case.verbs.setCrosshair([1, -1, 8]));
    await expect.poll(told, { timeout: 20_000 }).toEqual(['coronal', 'sagittal']);
    await opened.inPage(({ makeUp }) => makeUp([]));
    await expect.poll(told, { timeout: 20_000 }).toEqual([]);
    expect((await changed(before)).share).toBe(0);
  });
});

it('said nothing in the console but that the context was lost', () => {
  expect(opened.faults.filter((fault) => !/context lost/i.test(fault))).toEqual([]);
});
