import type { WebGLRenderer } from 'three';

/** A wearer who sees nothing for this long is let out. */
const DARK_MS = 5000;

export interface LostPicture {
  /** The session draws into a new layer, and asks for the device's space anew. */
  renewed(): void;
  /** It cannot draw any more: the session is to end, and why is to be said. */
  gone(reason: string): void;
}

/**
 * What a headset draws into dies with the graphics context, and the context may come back while the session runs on (a driver that
 * was reset, a headset that woke up). WebXR then wants a new layer; three keeps the dead one, so it is given the same session
 * again, which makes layer, binding and reference space anew. Where that fails, or no context comes back in time, `gone` is called.
 * @returns stops listening
 */
export function keepPicture(gl: WebGLRenderer, heard: LostPicture, darkMs = DARK_MS): () => void {
  const canvas = gl.domElement;
  let dark: ReturnType<typeof setTimeout> | undefined;
  const lost = () => {
    if (!gl.xr.isPresenting) return;
    clearTimeout(dark);
    dark = setTimeout(() => {
      if (gl.xr.isPresenting) heard.gone('the graphics context did not come back');
    }, darkMs);
  };
  const restored = () => {
    clearTimeout(dark);
    const session = gl.xr.getSession();
    if (!session || !gl.xr.isPresenting) return;
    gl.xr.setSession(session).then(heard.renewed, (thrown: unknown) => {
      // A session that has ended meanwhile needs no layer.
      if (gl.xr.isPresenting) heard.gone(thrown instanceof Error ? thrown.message : String(thrown));
    });
  };
  canvas.addEventListener('webglcontextlost', lost);
  canvas.addEventListener('webglcontextrestored', restored);
  return () => {
    clearTimeout(dark);
    canvas.removeEventListener('webglcontextlost', lost);
    canvas.removeEventListener('webglcontextrestored', restored);
  };
}
