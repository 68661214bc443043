// The labels of the open case as the page writes them out.
import { gunzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { Matrix4, Vector3 } from 'three';

type FullMatrix = Parameters<Matrix4['set']>;

/** Value at the voxel nearest to a point in RAS mm. */
export async function labelsOfCase(page: Page): Promise<(ras: readonly number[]) => number> {
  const text = await page.evaluate(async () => {
    const bytes = new Uint8Array(await (await window.vesalius.export({ format: 'nifti' })).arrayBuffer());
    let binary = '';
    for (let n = 0; n < bytes.length; n += 32768) binary += String.fromCharCode(...bytes.subarray(n, n + 32768));
    return btoa(binary);
  });
  const packed = Buffer.from(text, 'base64');
  const file = packed[0] === 0x1f ? gunzipSync(packed) : packed;
  const dims = [1, 2, 3].map((n) => file.readInt16LE(40 + 2 * n)) as [number, number, number];
  const bytes = file.readInt16LE(72) / 8;
  const start = file.readFloatLE(108);
  const row = (n: number) => [0, 1, 2, 3].map((c) => file.readFloatLE(280 + 16 * n + 4 * c));
  const ijkFromRas = new Matrix4().set(...([...row(0), ...row(1), ...row(2), 0, 0, 0, 1] as FullMatrix)).invert();
  return (ras) => {
    const [i, j, k] = new Vector3(...ras).applyMatrix4(ijkFromRas).round().toArray();
    if (i < 0 || j < 0 || k < 0 || i >= dims[0] || j >= dims[1] || k >= dims[2]) return 0;
    const at = start + bytes * (i + dims[0] * (j + dims[1] * k));
    return bytes === 1 ? (file[at] as number) : file.readUInt16LE(at);
  };
}
