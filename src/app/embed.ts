import { asVesaliusError, fieldsOf, VesaliusError } from '#core/errors.ts';
import type { ViewerApi } from './viewerApi.ts';

/** `{vesalius: 1, id, call, args}` from an allowed origin → `{vesalius: 1, id, result | error}` back to it. */
interface Call {
  readonly vesalius: 1;
  readonly id: string | number;
  readonly call: string;
  readonly args?: readonly unknown[];
}

/** Calls that make sense through messages: functions cannot be sent, so `on` is not among them. */
const calls: ReadonlySet<string> = new Set<keyof ViewerApi>([
  'open',
  'addVolume',
  'setVolume',
  'register',
  'case',
  'segment',
  'setSegment',
  'setView',
  'enterXR',
  'exitXR',
  'xr',
  'stats',
  'pick',
  'undo',
  'redo',
  'measure',
  'export',
  'screenshot',
]);

/**
 * Answers a portal that shows the page in a frame. The server names the origins that may (`serve --embed-origin`), in
 * embed.json beside the page and in the frame-ancestors of its policy; messages of any other origin are not answered.
 */
export async function answerPortal(api: ViewerApi): Promise<void> {
  if (window.parent === window) return;
  const allowed = await allowedOrigins();
  if (allowed.size === 0) return;
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || !allowed.has(event.origin) || !isCall(event.data)) return;
    const { id, call, args = [] } = event.data;
    answer(api, call, args).then(
      (result) => window.parent.postMessage({ vesalius: 1, id, result }, event.origin),
      (thrown) =>
        window.parent.postMessage({ vesalius: 1, id, error: fieldsOf(asVesaliusError(thrown)) }, event.origin),
    );
  });
}

async function answer(api: ViewerApi, call: string, args: readonly unknown[]): Promise<unknown> {
  if (call === 'ready') return api.ready;
  if (!calls.has(call)) {
    throw new VesaliusError({
      code: 'usage',
      what: 'message',
      where: 'call',
      expected: [...calls].join(' '),
      got: call,
    });
  }
  return (api[call as keyof ViewerApi] as (...args: readonly unknown[]) => unknown)(...args);
}

function isCall(data: unknown): data is Call {
  const { vesalius, id, call, args } = (data ?? {}) as Partial<Call>;
  const named = typeof id === 'string' || typeof id === 'number';
  return vesalius === 1 && named && typeof call === 'string' && (args === undefined || Array.isArray(args));
}

async function allowedOrigins(): Promise<ReadonlySet<string>> {
  const response = await fetch(new URL('embed.json', document.baseURI));
  const listed: unknown = response.ok ? await response.json() : null;
  const { origins } = (listed ?? {}) as { origins?: unknown };
  return new Set(
    Array.isArray(origins) ? origins.filter((origin): origin is string => typeof origin === 'string') : [],
  );
}
