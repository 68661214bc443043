/** ms between looks whether the graphics card is done. */
const LOOK_MS = 8;

/**
 * What `canvas` holds, PNG. To be called in the task that drew it: the buffer is kept no longer. The pixels are copied on the
 * graphics card and fetched when it is done, so that the page goes on meanwhile; `toBlob` would wait there, seconds where WebGL
 * is drawn in software.
 * @returns null where the context has been lost
 */
export async function readPicture(canvas: HTMLCanvasElement): Promise<Blob | null> {
  const gl = canvas.getContext('webgl2');
  const buffer = gl?.createBuffer();
  if (!gl || !buffer) return null;
  const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
  const bound = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
  gl.bufferData(gl.PIXEL_PACK_BUFFER, 4 * width * height, gl.STREAM_READ);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, bound);
  const done = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  try {
    if (!done || !(await reached(gl, done))) return null;
    const rows = new Uint8Array(4 * width * height);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, rows);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    return await encoded(rows, width, height);
  } finally {
    gl.deleteSync(done);
    gl.deleteBuffer(buffer);
  }
}

async function reached(gl: WebGL2RenderingContext, sync: WebGLSync): Promise<boolean> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const state = gl.clientWaitSync(sync, 0, 0);
    if (state !== gl.TIMEOUT_EXPIRED) return state !== gl.WAIT_FAILED && !gl.isContextLost();
  }
}

/** @param rows RGBA, colour multiplied by alpha as a canvas keeps it; the lowest row first */
function encoded(rows: Uint8Array<ArrayBuffer>, width: number, height: number): Promise<Blob> {
  const upright = new Uint8ClampedArray(rows.length);
  for (let row = 0, length = 4 * width; row < height; row++)
    upright.set(rows.subarray(row * length, (row + 1) * length), (height - 1 - row) * length);
  for (let n = 3; n < upright.length; n += 4) {
    const alpha = upright[n] as number;
    if (alpha === 255 || alpha === 0) continue;
    for (let c = n - 3; c < n; c++) upright[c] = ((upright[c] as number) * 255) / alpha;
  }
  const picture = new OffscreenCanvas(width, height);
  // Kept in memory, where it comes from and is encoded.
  const context = picture.getContext('2d', { willReadFrequently: true });
  context?.putImageData(new ImageData(upright, width, height), 0, 0);
  return picture.convertToBlob({ type: 'image/png' });
}
