/** An emulated headset takes the canvas out of the page before its first frames; after these nobody takes it any more. */
const FRAMES_LOOKED = 30;

/**
 * For the time of a session the canvas is as large as the window: an emulated headset shows both eyes in it, whatever place the
 * page had given it, and what the page draws around it would lie over the room in AR. A real headset takes no notice.
 * @param page hidden while an emulated headset has taken the canvas out of it
 * @returns puts everything back
 */
export function presentedCanvas(canvas: HTMLCanvasElement, page: HTMLElement | null): () => void {
  const { width, height } = canvas.style;
  canvas.style.width = '100vw';
  canvas.style.height = '100vh';
  let looks = 0;
  let waiting = 0;
  const look = () => {
    if (page && !page.contains(canvas)) page.style.visibility = 'hidden';
    else if (looks++ < FRAMES_LOOKED) waiting = requestAnimationFrame(look);
  };
  look();
  return () => {
    cancelAnimationFrame(waiting);
    canvas.style.width = width;
    canvas.style.height = height;
    if (page) page.style.visibility = '';
  };
}
