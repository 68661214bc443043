// What the room says and where it is drawn from, heard from within the page.
import type { Page } from 'playwright-core';
import { Matrix4 } from 'three';

/** For `addInitScript`, after the emulated headset's: keeps the scales that are said and the pose that the page draws from. */
export function listenIn(): void {
  const ratios: string[] = [];
  window.ratiosSaid = ratios;
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    // The atlas of words in the room; the wrist strip has a 1 : 1 of its own.
    if (this.canvas.width === 1024 && /^[\d.,]+\s:\s[\d.,]+$/.test(text)) ratios.push(text);
    fillText.call(this, text, ...rest);
  };
  const { getViewerPose } = XRFrame.prototype;
  XRFrame.prototype.getViewerPose = function (space) {
    const pose = getViewerPose.call(this, space);
    window.drawnFrom = [...(pose?.transform.matrix ?? [])];
    return pose;
  };
}
declare global {
  interface Window {
    ratiosSaid: string[];
    drawnFrom: number[];
  }
}

/** Where the wearer's head is in the room, as the page draws it. */
export const drawnFrom = async (page: Page): Promise<Matrix4> =>
  new Matrix4().fromArray(await page.evaluate(() => window.drawnFrom));

/** The scale that the room said last, as a number. */
export async function saidScale(page: Page): Promise<number> {
  const said = await page.evaluate(() => window.ratiosSaid.at(-1) ?? '');
  const [room, body] = said.split(/\s:\s/).map(Number) as [number, number];
  return room / body;
}
