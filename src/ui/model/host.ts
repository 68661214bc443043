import type { RasPoint } from '#state/viewer.ts';

/** What the desk needs from the page that the viewer does not give; made in app. */
export interface DeskHost {
  /** Opens what was dropped: files, or folders of any depth. */
  openDrop(items: DataTransferItemList): Promise<void>;
  /** CSS pixels within the 3D view; null while there is none or the point lies behind the eye. */
  project(ras: RasPoint): { readonly x: number; readonly y: number } | null;
  /** The page's address with an emulated headset. */
  emulatedAddress(): string;
}
