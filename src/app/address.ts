import { anatomicalCases } from '#core/anatomy/phantomSpec.ts';
import type { OpenSource } from '#state/viewer.ts';

/** What the page's address asks for. */
export interface Address {
  readonly source: OpenSource | null;
  /** A labelmap to lay over the scan. */
  readonly labels: string | null;
  readonly language: string | null;
  readonly emulateHeadset: boolean;
}

export function readAddress(search: string): Address {
  const params = new URLSearchParams(search);
  const urls = (params.get('urls') ?? '').split(',').filter(Boolean);
  const source: OpenSource | null = urls.length > 0 ? { urls } : sourceOf(params.get('case') ?? '');
  return {
    source,
    labels: params.get('labels'),
    language: params.get('lang'),
    emulateHeadset: params.get('xr') === 'emulate',
  };
}

function sourceOf(name: string): OpenSource | null {
  const sample = anatomicalCases.map((body) => `phantom:${body}` as const).find((known) => known === name);
  if (sample) return { sample };
  return name.startsWith('stored:') ? { stored: name.slice('stored:'.length) } : null;
}
