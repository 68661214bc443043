import type { WebGLRenderer } from 'three';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepPicture } from '#xr/lostPicture.ts';

/** A renderer as far as a lost context concerns it: events of its canvas and a session that is set anew. */
function makeGl(setSession: () => Promise<void>) {
  const domElement = new EventTarget();
  const session = {};
  const given: unknown[] = [];
  const xr = {
    isPresenting: true,
    getSession: () => session,
    setSession(next: unknown) {
      given.push(next);
      return setSession();
    },
  };
  const event = (name: 'lost' | 'restored') => domElement.dispatchEvent(new Event(`webglcontext${name}`));
  return { gl: { domElement, xr } as unknown as WebGLRenderer, xr, session, given, event };
}

describe('a picture whose context was lost', () => {
  const told: string[] = [];
  const heard = { renewed: () => void told.push('renewed'), gone: (reason: string) => void told.push(reason) };
  beforeEach(() => {
    told.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it('is drawn into the same session again once the context is back', async () => {
    const { gl, session, given, event } = makeGl(() => Promise.resolve());
    keepPicture(gl, heard, 1000);
    event('lost');
    await vi.advanceTimersByTimeAsync(999);
    event('restored');
    await vi.advanceTimersByTimeAsync(5000);
    expect(given).toEqual([session]);
    expect(told).toEqual(['renewed']);
  });

  it('is given up, with a reason, when no context comes back or no layer can be made', async () => {
    const silent = makeGl(() => Promise.resolve());
    keepPicture(silent.gl, heard, 1000);
    silent.event('lost');
    await vi.advanceTimersByTimeAsync(1001);
    expect(told).toEqual(['the graphics context did not come back']);

    const refused = makeGl(() => Promise.reject(new Error('not compatible')));
    keepPicture(refused.gl, heard, 1000);
    refused.event('lost');
    refused.event('restored');
    await vi.advanceTimersByTimeAsync(5000);
    expect(told.slice(1)).toEqual(['not compatible']);
  });

  it('is nobody’s concern on the desk, nor after the session has ended, nor when nobody listens', async () => {
    const { gl, xr, given, event } = makeGl(() => Promise.reject(new Error('ended')));
    const stop = keepPicture(gl, heard, 1000);
    xr.isPresenting = false;
    event('lost');
    event('restored');
    await vi.advanceTimersByTimeAsync(5000);
    expect(given).toEqual([]);
    xr.isPresenting = true;
    event('lost');
    xr.isPresenting = false;
    await vi.advanceTimersByTimeAsync(5000);
    xr.isPresenting = true;
    event('lost');
    stop();
    event('restored');
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toEqual([]);
  });
});
