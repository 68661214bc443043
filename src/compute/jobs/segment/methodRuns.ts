import type { MethodRun } from './outcome.ts';

/** How each method of the registry runs; its module loads on first use. */
export const methodRuns: Readonly<Record<string, () => Promise<MethodRun>>> = {
  threshold: async () => (await import('./ranges.ts')).threshold,
  otsu: async () => (await import('./ranges.ts')).otsu,
  'multi-otsu': async () => (await import('./ranges.ts')).multiOtsu,
  'region-grow': async () => (await import('./ranges.ts')).regionGrow,
  components: async () => (await import('./ranges.ts')).components,
  'ct-body': async () => (await import('./ctBody.ts')).ctBody,
  'ct-lungs': async () => (await import('./ctLungs.ts')).ctLungs,
  'ct-bone': async () => (await import('./ctBone.ts')).ctBone,
  'ct-vessels': async () => (await import('./ctVessels.ts')).ctVessels,
  'mr-head': async () => (await import('./mrHead.ts')).mrHead,
};
