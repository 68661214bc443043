/** An emulated headset takes the canvas out of the page a moment after its session began. */
const LOOK_MS = 100;

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
  const look = () => {
    if (page && !page.contains(canvas)) page.style.visibility = 'hidden';
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(timer);
    canvas.style.width = width;
    canvas.style.height = height;
    if (page) page.style.visibility = '';
  };
}
