import list from './samples.json' with { type: 'json' };

/** An open scan on the web: named, with host, size and licence; nothing is loaded before a click. */
export interface WebSample {
  readonly id: string;
  readonly name: string;
  readonly facts: string;
  readonly url: string;
  readonly host: string;
  readonly bytes: number;
  readonly licence: string;
  readonly thumbnail: string;
}
export const webSamples: readonly WebSample[] = list;
