// One slice without React: draws when something has changed, at most once a frame, and turns presses and keys into acts.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type PlaneName, pixelOf, rasOfPixel } from '#core/volume/slicePlane.ts';
import { segmentAt } from '#scene/pick.ts';
import type { RasPoint, Viewer, WindowRecord } from '#state/viewer.ts';
import { landmarksOf, setLandmark } from '#ui/model/landmarks.ts';
import { pendingPointsOf } from '#ui/model/pendingPoints.ts';
import { rangePreviewOf } from '#ui/model/rangePreview.ts';
import { wordBoxes } from './crosshairParts.ts';
import { type DrawOrder, SlicePicture } from './SlicePicture.ts';
import {
  addMeasurePoint,
  crosshairOf,
  cursorAt,
  draggedWindow,
  nudge,
  placeCrosshair,
  scanOf,
  scroll,
  shownWindow,
  toggleLarge,
} from './sliceActs.ts';
import { type SlicePlace, sliceControls } from './sliceControls.ts';
import { type SliceFrame, wholeScan, zoomedAbout } from './sliceFrame.ts';

export interface SliceFacts {
  /** CSS pixels for one mm; 0 while nothing is drawn. */
  readonly pixelsPerMm: number;
  /** Planes that were made up are marked in the picture. */
  readonly marksMadeUp: boolean;
  /** Arrows change window and level. */
  readonly windowKeys: boolean;
}

const KEY_PX = 8;
const KEY_PAN_PX = 32;
const KEY_ZOOM = 1.25;
const KEY_REST_MS = 600;
let gestures = 0;

/** Slices of one frame draw until this is spent; those that are left have the next frame, so that none holds the page for long. */
const FRAME_MS = 8;
const turn = { frame: Number.NaN, spentMs: 0 };

function hasTurn(frame: number): boolean {
  if (turn.frame !== frame) {
    turn.frame = frame;
    turn.spentMs = 0;
  }
  return turn.spentMs < FRAME_MS;
}

export class SliceModel {
  readonly name: PlaneName;
  readonly facts: StoreApi<SliceFacts> = createStore<SliceFacts>(() => ({
    pixelsPerMm: 0,
    marksMadeUp: false,
    windowKeys: false,
  }));
  /** How long the last picture took. */
  lastDrawMs = 0;
  private readonly viewer: Viewer;
  private readonly picture: SlicePicture;
  private canvas: HTMLCanvasElement | null = null;
  private element: HTMLElement | null = null;
  private frame: SliceFrame = wholeScan;
  private size = { width: 0, height: 0, density: 1 };
  private asked = 0;
  private stale = true;
  private pointer: RasPoint | null = null;
  private hoverPlace: SlicePlace | null = null;
  private hoverStale = false;
  private gesture: string | null = null;
  private keyRest: ReturnType<typeof setTimeout> | null = null;
  private windowBefore: WindowRecord | null = null;
  private ownMove = false;

  constructor(name: PlaneName, viewer: Viewer) {
    this.name = name;
    this.viewer = viewer;
    this.picture = new SlicePicture(name, viewer);
  }

  /** Draws into `canvas` and listens on `element`, which takes the focus; gives the way to stop. */
  attach(element: HTMLElement, canvas: HTMLCanvasElement): () => void {
    this.canvas = canvas;
    this.element = element;
    const observer = new ResizeObserver(() => this.resize(element));
    observer.observe(element);
    this.resize(element);
    const stops = [
      sliceControls(element, {
        hover: (place) => this.hover(place),
        point: (place, first) => this.point(place, first),
        click: (place, add) => this.click(place, add),
        window: (right, down, first) => this.dragWindow(right, down, first),
        pan: (right, down) => this.pan(right, down),
        zoom: (factor, about) => this.zoom(factor, about),
        scroll: (slices) => this.scroll(slices),
        large: () => this.viewer.view.getState().tool !== 'measure' && toggleLarge(this.viewer, this.name),
        end: () => this.endGesture(),
      }),
      this.viewer.case.subscribe((now, before) => {
        if (now.volumes[0]?.id !== before.volumes[0]?.id) this.setFrame(wholeScan);
        if (now.crosshair !== before.crosshair && !this.ownMove) this.follow();
        this.redraw();
      }),
      this.viewer.view.subscribe((now, before) => {
        if (
          now.convention !== before.convention ||
          now.timepoint !== before.timepoint ||
          now.overlayMode !== before.overlayMode ||
          now.selection !== before.selection ||
          now.tool !== before.tool ||
          now.theme !== before.theme
        )
          this.redraw();
      }),
      pendingPointsOf(this.viewer).subscribe(() => this.redraw()),
      rangePreviewOf(this.viewer).subscribe(() => this.redraw()),
      landmarksOf(this.viewer).subscribe(() => this.redraw()),
    ];
    const key = (event: KeyboardEvent) => this.key(event);
    element.addEventListener('keydown', key);
    return () => {
      observer.disconnect();
      element.removeEventListener('keydown', key);
      for (const stop of stops) stop();
      this.endGesture();
      if (this.asked) cancelAnimationFrame(this.asked);
      this.asked = 0;
      this.canvas = null;
      this.element = null;
    };
  }

  redraw(): void {
    this.stale = true;
    this.ask();
  }
  private ask(): void {
    if (!this.asked) this.asked = requestAnimationFrame((frame) => this.drawNow(frame));
  }

  /** @param frame the frame's time, the same for all that draw in it */
  private drawNow(frame: number): void {
    this.asked = 0;
    if (this.hoverStale) this.tellCursor();
    if (!this.stale || !this.canvas || this.size.width < 1) return;
    if (!hasTurn(frame)) {
      this.ask();
      return;
    }
    this.stale = false;
    const began = performance.now();
    this.picture.draw(this.canvas, { ...this.order(), words: this.element ? wordBoxes(this.element) : [] });
    this.lastDrawMs = performance.now() - began;
    turn.spentMs += this.lastDrawMs;
    const plane = this.picture.plane(this.order());
    const pixelsPerMm = plane ? 1 / (plane.mmPerPixel * this.size.density) : 0;
    const { marksMadeUp } = this.picture;
    const before = this.facts.getState();
    if (pixelsPerMm === before.pixelsPerMm && marksMadeUp === before.marksMadeUp) return;
    // The words follow, and the crosshair gives way to where they stand then.
    this.facts.setState({ pixelsPerMm, marksMadeUp });
    this.redraw();
  }

  private order(): Omit<DrawOrder, 'words'> {
    return { frame: this.frame, ...this.size, pointer: this.pointer };
  }

  private resize(element: HTMLElement): void {
    const { clientWidth: width, clientHeight: height } = element;
    this.size = { width, height, density: globalThis.devicePixelRatio || 1 };
    this.redraw();
  }

  /** RAS mm of a place of the view; null while no scan is open. */
  rasAt({ x, y }: SlicePlace): RasPoint | null {
    const plane = this.picture.plane(this.order());
    if (!plane) return null;
    const { density } = this.size;
    const [r, a, s] = rasOfPixel(plane, x * density - 0.5, y * density - 0.5);
    return [r, a, s];
  }

  /** Place of a point in the view, CSS pixels, whatever its depth. */
  placeOf(ras: RasPoint): SlicePlace | null {
    const plane = this.picture.plane(this.order());
    if (!plane) return null;
    const [x, y] = pixelOf(plane, ras);
    return { x: (x + 0.5) / this.size.density, y: (y + 0.5) / this.size.density };
  }

  private setFrame(frame: SliceFrame): void {
    this.frame = frame;
    this.redraw();
  }

  /** Brings the crosshair back into the picture when another view has moved it out. */
  private follow(): void {
    const scan = scanOf(this.viewer);
    if (!scan || !this.frame.middle) return;
    const crosshair = crosshairOf(this.viewer, scan);
    const place = this.placeOf(crosshair);
    if (!place) return;
    const { width, height } = this.size;
    if (place.x < 0 || place.y < 0 || place.x > width || place.y > height)
      this.setFrame({ zoom: this.frame.zoom, middle: crosshair });
  }

  private hover(place: SlicePlace | null): void {
    this.hoverPlace = place;
    this.hoverStale = true;
    // A measurement that is being made ends at the pointer.
    if (pendingPointsOf(this.viewer).getState().points.length > 0) this.redraw();
    else this.ask();
  }
  private tellCursor(): void {
    this.hoverStale = false;
    const scan = scanOf(this.viewer);
    this.pointer = this.hoverPlace ? this.rasAt(this.hoverPlace) : null;
    const cursor = scan && this.pointer ? cursorAt(this.viewer, scan, this.pointer) : null;
    if (cursor || this.viewer.view.getState().cursor) this.viewer.view.verbs.set({ cursor });
  }

  /** The name of the act that goes on, so that all of it is one step. */
  private inGesture(): string {
    this.gesture ??= `${this.name} slice ${++gestures}`;
    return this.gesture;
  }
  private endGesture(): void {
    if (this.keyRest !== null) clearTimeout(this.keyRest);
    this.keyRest = null;
    if (this.gesture === null) return;
    this.gesture = null;
    this.windowBefore = null;
    this.viewer.case.verbs.endGesture();
  }
  /** Keys that follow each other are one act. */
  private restKeys(): void {
    if (this.keyRest !== null) clearTimeout(this.keyRest);
    this.keyRest = setTimeout(() => this.endGesture(), KEY_REST_MS);
  }

  private moveOwn(act: () => void): void {
    this.ownMove = true;
    try {
      act();
    } finally {
      this.ownMove = false;
    }
  }

  private point(place: SlicePlace, first: boolean): void {
    const { tool } = this.viewer.view.getState();
    // A click there sets a point, and the planes stay where the place was found.
    if (tool === 'measure' || landmarksOf(this.viewer).getState().volume !== null) return;
    if (first) this.endGesture();
    const scan = scanOf(this.viewer);
    const ras = this.rasAt(place);
    if (scan && ras) this.moveOwn(() => placeCrosshair(this.viewer, scan, ras, this.inGesture()));
  }

  private click(place: SlicePlace, add: boolean): void {
    const ras = this.rasAt(place);
    if (ras) this.choose(ras, add);
  }
  /** What a click, or Enter at the crosshair, does with the tool of now. */
  private choose(ras: RasPoint, add: boolean): boolean {
    const { tool, selection } = this.viewer.view.getState();
    if (setLandmark(this.viewer, ras)) return true;
    if (tool === 'measure') {
      addMeasurePoint(this.viewer, ras);
      return true;
    }
    if (tool !== 'inspect') return false;
    const found = segmentAt(this.viewer, ras);
    if (!found) return false;
    const others = selection.filter((id) => id !== found);
    this.viewer.view.verbs.set({
      selection: !add ? [found] : others.length < selection.length ? others : [...selection, found],
    });
    return true;
  }

  private dragWindow(right: number, down: number, first: boolean): void {
    const scan = scanOf(this.viewer);
    if (!scan) return;
    if (first) {
      this.endGesture();
      this.windowBefore = shownWindow(this.viewer, scan).window;
    }
    if (!this.windowBefore || (right === 0 && down === 0 && first)) return;
    const { unit, set } = shownWindow(this.viewer, scan);
    set(draggedWindow(this.windowBefore, right, down, unit), this.inGesture());
  }

  private middleNow(): RasPoint | null {
    return this.frame.middle ?? this.rasAt({ x: this.size.width / 2, y: this.size.height / 2 });
  }
  private pan(right: number, down: number): void {
    const middle = this.rasAt({ x: this.size.width / 2 - right, y: this.size.height / 2 - down });
    if (middle) this.setFrame({ zoom: this.frame.zoom, middle });
  }
  private zoom(factor: number, about: SlicePlace): void {
    const fixed = this.rasAt(about);
    const middle = this.middleNow();
    if (fixed && middle) this.setFrame(zoomedAbout(this.frame, factor, fixed, middle));
  }
  private zoomKey(factor: number): void {
    const scan = scanOf(this.viewer);
    const place = scan && this.placeOf(crosshairOf(this.viewer, scan));
    if (place) this.zoom(factor, place);
  }

  private scroll(slices: number): void {
    const scan = scanOf(this.viewer);
    if (!scan) return;
    this.moveOwn(() => scroll(this.viewer, scan, this.name, slices, this.inGesture()));
    this.hoverStale = this.hoverPlace !== null;
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || !this.keyAct(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** True where the key is one of the slice's. */
  private keyAct(event: KeyboardEvent): boolean {
    const scan = scanOf(this.viewer);
    if (!scan) return false;
    const arrow = arrows[event.key];
    if (arrow) {
      const [right, down] = arrow;
      if (this.facts.getState().windowKeys) {
        const { window, unit, set } = shownWindow(this.viewer, scan);
        set(draggedWindow(window, right * KEY_PX, down * KEY_PX, unit), this.inGesture());
      } else if (event.altKey) this.moveOwn(() => nudge(this.viewer, scan, this.name, right, down, this.inGesture()));
      else if (event.shiftKey) {
        this.pan(-right * KEY_PAN_PX, -down * KEY_PAN_PX);
        return true;
      } else this.scroll(right - down);
      this.restKeys();
      return true;
    }
    if (event.altKey) return false;
    switch (event.key) {
      case 'PageUp':
      case 'PageDown':
        this.scroll(event.key === 'PageUp' ? 10 : -10);
        this.restKeys();
        return true;
      case 'w':
      case 'W':
        this.endGesture();
        this.facts.setState(({ windowKeys }) => ({ windowKeys: !windowKeys }));
        return true;
      case '+':
      case '=':
        this.zoomKey(KEY_ZOOM);
        return true;
      case '-':
        this.zoomKey(1 / KEY_ZOOM);
        return true;
      case 'Home':
        this.setFrame(wholeScan);
        return true;
      case 'Enter':
        if (!this.choose(crosshairOf(this.viewer, scan), event.shiftKey)) toggleLarge(this.viewer, this.name);
        return true;
      case 'Escape':
        return this.escape();
      default:
        return false;
    }
  }

  /** Gives up what has begun here; where nothing has, the key is the desk's. */
  private escape(): boolean {
    const pending = pendingPointsOf(this.viewer).getState();
    if (this.facts.getState().windowKeys) this.facts.setState({ windowKeys: false });
    else if (pending.points.length > 0) pending.clear();
    else if (this.viewer.view.getState().largeSlice === this.name) toggleLarge(this.viewer, this.name);
    else return false;
    return true;
  }
}

const arrows: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
