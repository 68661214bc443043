import type { ViewerApi } from './viewerApi.ts';

declare global {
  interface Window {
    vesalius: ViewerApi;
  }
}
