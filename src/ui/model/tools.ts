// The tools that work now: one list for the column, the keys, the palette and the ring in the room.
import type { ToolId } from '#state/viewer.ts';

export interface Tool {
  readonly id: ToolId;
  readonly key: string;
  /** Clockwise from the top; null: not in the ring. */
  readonly ring: number | null;
  /** A line of the column stands before it. */
  readonly begins?: true;
  /** Switches something on and off instead of staying chosen. */
  readonly toggle?: true;
}

export const tools: readonly Tool[] = [
  { id: 'inspect', key: '1', ring: 0 },
  { id: 'slice', key: '3', ring: 2, toggle: true },
  { id: 'threshold', key: '4', ring: null, begins: true },
  { id: 'measure', key: '8', ring: 6, begins: true },
  { id: 'methods', key: '0', ring: null, begins: true },
];
