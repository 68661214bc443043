import { spawnBrowser } from '#compute/spawnBrowser.ts';
import { runScenario, type Transcript } from './scenario.ts';

declare global {
  interface Window {
    runJobs(url: string): Promise<Transcript>;
  }
}

window.runJobs = (url) =>
  runScenario(spawnBrowser, { kind: 'url', url: new URL(url, location.href).href, path: 'scan.nii.gz' });
