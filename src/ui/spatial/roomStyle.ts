// Colours, letters and sizes of the room. A dmm is 1 mm at 1 m; pictures have 2 pixels for each.
export const PIXELS_PER_DMM = 2;

/** The room is dark whatever the desk's theme: a headset shows the dark tokens. */
export const color = {
  ground: '#0e1113',
  panel: '#171b1f',
  raised: '#20262b',
  hover: '#2a3137',
  sel: '#123850',
  line: '#2c343a',
  edge: '#7d8b96',
  text: '#e8ecef',
  quiet: '#9aa6af',
  accent: '#4cc2ff',
  onAccent: '#04202e',
  warn: '#ffc24b',
} as const;

/** Capitals of Inter are 0.727 of its size: 33 dmm letters have capitals of 24 dmm, 1.4°; 24 dmm is the least. */
export const LETTER = 33;
export const SMALL = 33;
export const TITLE = 40;

const FAMILY = "'Inter Variable', 'Noto Sans', system-ui, sans-serif";

export function font(size: number, weight: 400 | 500 | 600 = 400): string {
  return `${weight} ${size}px ${FAMILY}`;
}

/** Resolves when the letters of the room can be drawn; on failure the system's stand in. */
export async function lettersLoaded(): Promise<void> {
  await Promise.allSettled([400, 500, 600].map((weight) => document.fonts.load(font(32, weight as 400), 'Aa1≥')));
}
