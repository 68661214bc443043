import type { PlaneName } from '#core/volume/slicePlane.ts';

/** Each plane has its colour in every theme: on its slice, as a line on the two others, as a frame in the body. sRGB. */
export const planeColors: Readonly<Record<PlaneName, string>> = {
  axial: '#b9a2ff',
  coronal: '#4fd6c6',
  sagittal: '#f59d62',
};
