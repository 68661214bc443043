// A small picture of a kept case, for the list on the start page.
const WIDTH = 128;
const HEIGHT = 96;
/** After the last act: the picture is of what was done, and nobody waits for it. */
const QUIET_MS = 3000;
const BETWEEN_MS = 30_000;

/** Gives what asks for a new picture, which is taken when nothing has happened for a while, and not too often. */
export function createThumbnails(take: () => Promise<boolean>): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const ask = () => {
    clearTimeout(waiting);
    waiting = setTimeout(
      async () => {
        // A list without a picture is no failure.
        const taken = await take().catch(() => true);
        if (taken) last = performance.now();
        else ask();
      },
      Math.max(QUIET_MS, last + BETWEEN_MS - performance.now()),
    );
  };
  return ask;
}

/** The middle of a picture, WebP. */
export async function thumbnail(picture: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const whole = await createImageBitmap(picture);
  const scale = Math.min(whole.width / WIDTH, whole.height / HEIGHT);
  const [width, height] = [WIDTH * scale, HEIGHT * scale];
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  // In memory: what is read back at once need not go to the graphics card, which may be busy.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const [x, y] = [(whole.width - width) / 2, (whole.height - height) / 2];
  context?.drawImage(whole, x, y, width, height, 0, 0, WIDTH, HEIGHT);
  whole.close();
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })).arrayBuffer());
}
