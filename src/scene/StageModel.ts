import { Group, Matrix4, type PerspectiveCamera, type Scene, Vector3, type WebGLRenderer } from 'three';
import { VesaliusError } from '#core/errors.ts';
import { affine, transform } from '#core/space/affine.ts';
import { Arena } from '#scene/arena/Arena.ts';
import { type Bounds, boundsOf } from '#scene/arena/slotFacts.ts';
import { DeskCamera } from '#scene/camera/DeskCamera.ts';
import type { DragTool, PointerPlace } from '#scene/camera/deskControls.ts';
import type { CameraFacts, RasPoint, Viewer } from '#state/viewer.ts';
import { makeBackdrop, type StageTheme } from './backdrop.ts';
import { ContactDisc, type ContactShadow } from './ContactDisc.ts';
import { MeasureLines } from './MeasureLines.ts';
import { deskFromRas } from './patientFrame.ts';
import { type PickHit, type PickOptions, pickRay } from './pick.ts';
import { FrameMeter, type SceneStats } from './stats.ts';

/**
 * What the 3D view holds, without React: the model root (children in RAS mm, its matrix is modelToRoom in metres), the arena,
 * disc, backdrop, and the desk's camera. While no headset presents, the stage itself places the root; while one does, whoever
 * presents writes `modelRoot.matrix` and the stage leaves it alone.
 */
export class StageModel {
  readonly modelRoot = new Group();
  readonly arena = new Arena();
  readonly disc = new ContactDisc();
  readonly backdrop = makeBackdrop();
  readonly measures = new MeasureLines();
  readonly desk = new DeskCamera();
  readonly meter = new FrameMeter();
  /** Who may take a press of the main button and the drag after it, asked in order; null: the drag turns the view. */
  readonly dragHandlers = new Set<(place: PointerPlace) => DragTool | null>();
  /** What else is drawn in the body and hides what is behind it: where a ray in RAS mm meets it, null where it does not. */
  readonly walls = new Set<(origin: RasPoint, direction: RasPoint) => PickOptions['wall']>();
  /** Set while the canvas lives. */
  invalidate: () => void = () => undefined;
  private readonly viewer: Viewer;
  private width = 1;
  private height = 1;
  private centre: RasPoint | null = null;
  private framedOnce = false;
  private wholeFramed = false;
  private presented = false;
  private lastFacts: CameraFacts | null = null;

  constructor(viewer: Viewer) {
    this.viewer = viewer;
    this.modelRoot.name = 'modelRoot';
    this.modelRoot.matrixAutoUpdate = false;
    this.modelRoot.add(this.arena.group, this.measures.group);
    this.setTheme('dark');
  }

  get presenting(): boolean {
    return this.viewer.view.getState().xr !== 'none';
  }

  setTheme(theme: StageTheme): void {
    this.backdrop.setTheme(theme);
    this.disc.setTheme(theme);
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.desk.resize(width, height);
    // A view of another size shows the whole body again, unless somebody has chosen what it shows.
    if (!this.framedOnce || (this.wholeFramed && this.desk.asFramed)) this.frameAll(0, true);
  }

  /** Surfaces, look and place from the stores; cheap where nothing changed. */
  refresh(): void {
    const { segments, measurements } = this.viewer.case.getState();
    const { selection, hover, look, theme, clip } = this.viewer.view.getState();
    const { chunks } = this.viewer.surfaces.getState();
    const accent =
      resolvedTheme(theme) === 'light' ? '#00659e' : resolvedTheme(theme) === 'contrast' ? '#ffe600' : '#4cc2ff';
    this.arena.setChunks(chunks);
    this.arena.setLook({
      segments,
      selection,
      hover: hover?.segment ?? null,
      grain: look === 'full',
      accent,
      shellOnly: this.presenting,
    });
    this.arena.setClip(clip);
    this.measures.set(measurements.map(({ points }) => points));
    this.setTheme(resolvedTheme(theme));
    this.backdrop.mesh.visible = !this.presenting;
    this.placeOnDesk();
    this.invalidate();
  }

  /** Where the body stands on the desk: the middle of the scan at the origin, whatever is shown. */
  private placeOnDesk(): void {
    const centre = this.scanCentre();
    const body = this.shownBounds() ?? boundsOf(this.arena.facts, this.arena.facts.keys());
    this.disc.mesh.visible = body !== null && !this.presenting;
    if (this.presenting) return;
    if (!this.centre || centre.some((value, axis) => value !== this.centre?.[axis])) {
      this.centre = centre;
      this.framedOnce = false;
    }
    this.modelRoot.matrix.fromArray(deskFromRas(centre).m);
    this.modelRoot.matrixWorldNeedsUpdate = true;
    const all = boundsOf(this.arena.facts, this.arena.facts.keys());
    if (!all) {
      this.framedOnce = false;
      return;
    }
    const box = this.inRoom(all);
    const extent = Math.max(...[0, 1, 2].map((axis) => (box.high[axis] as number) - (box.low[axis] as number)));
    this.disc.setRadius(extent * 0.9);
    this.disc.mesh.position.set((box.low[0] + box.high[0]) / 2, box.low[1] - 0.004, (box.low[2] + box.high[2]) / 2);
    if (!this.framedOnce) this.frameAll(0, true);
  }

  /** Aims the camera at a segment, or at all that is shown. */
  frameSegment(id: string | null, nowMs: number): void {
    const segment = id === null ? null : this.viewer.case.getState().segments.find((record) => record.id === id);
    const fact = segment ? this.arena.facts.get(segment.slot) : undefined;
    if (fact) this.desk.frame(this.inRoom(fact), nowMs, 1.5);
    if (fact) this.wholeFramed = false;
    else this.frameAll(nowMs, false);
  }

  frameAll(nowMs: number, atOnce: boolean): void {
    const bounds = this.shownBounds() ?? boundsOf(this.arena.facts, this.arena.facts.keys());
    if (!bounds || this.width <= 1) return;
    const calm = this.desk.reducedMotion;
    if (atOnce) this.desk.reducedMotion = true;
    this.desk.frame(this.inRoom(bounds), nowMs);
    this.desk.reducedMotion = calm;
    this.framedOnce = true;
    this.wholeFramed = true;
  }

  shownBounds(): Bounds | null {
    return boundsOf(this.arena.facts, this.arena.shownSlots());
  }

  /** One frame on the desk: moves the camera; true while it is still on its way. */
  step(camera: PerspectiveCamera, nowMs: number, sinceMs: number): boolean {
    // Whoever writes the root's matrix need not know that three computes world matrices on demand only.
    this.modelRoot.matrixWorldNeedsUpdate = true;
    if (this.presenting) {
      this.presented = true;
      return false;
    }
    if (this.presented) {
      // The headset left its own projection behind.
      this.presented = false;
      camera.fov = 0;
    }
    const onItsWay = this.desk.step(nowMs, sinceMs);
    this.desk.place(camera);
    this.tellCamera();
    return onItsWay;
  }

  /** Just before three draws, matrices being those of this frame. */
  beforeRender(renderer: WebGLRenderer, camera: PerspectiveCamera): void {
    const eyes = (camera as unknown as { cameras?: readonly { viewport?: { z: number; w: number } }[] }).cameras;
    const viewport = eyes?.[0]?.viewport;
    if (renderer.xr.isPresenting) rig.identity();
    else this.desk.rigFromWorld(rig);
    // In a headset an outline of the same angle needs more pixels: its picture is drawn at about twice the density.
    const width = viewport ? viewport.z / 2 : this.width;
    const height = viewport ? viewport.w / 2 : this.height;
    this.arena.beforeFrame(camera, rig, width, height);
    this.measures.beforeFrame(width, height);
  }

  /** What lies under a place of the page, CSS pixels of its own; null off the view. */
  pickPage(x: number, y: number): PickHit | null {
    const box = this.canvas?.getBoundingClientRect();
    if (!box || x < box.left || y < box.top || x >= box.right || y >= box.bottom) return null;
    return this.pickPixel(x - box.left, y - box.top);
  }

  /** The view as it is drawn now, PNG. */
  async screenshot(): Promise<Blob> {
    const { readPicture } = await import('./readPicture.ts');
    const { canvas, drawNow } = this;
    if (!canvas || !drawNow) throw notOpen();
    // The buffer is kept until the task ends only: draw and read in one.
    drawNow();
    const picture = await readPicture(canvas);
    if (!picture) throw notOpen();
    return picture;
  }

  setContact(shadow: ContactShadow | null): void {
    this.disc.setShadow(shadow);
    this.invalidate();
  }

  /** What lies under a place of the view, CSS pixels from its upper left corner; null off the body and while presenting. */
  pickPixel(x: number, y: number): PickHit | null {
    if (this.width <= 1) return null;
    const { origin, direction } = this.rayAt(x, y);
    const walls = [...this.walls].flatMap((each) => each(origin, direction) ?? []);
    const wall = walls.sort((a, b) => a.distanceMm - b.distanceMm)[0] ?? null;
    return pickRay(this.viewer, origin, direction, { throughTranslucent: true, wall });
  }

  /** The ray through a place of the view, RAS mm. */
  rayAt(x: number, y: number): { origin: RasPoint; direction: RasPoint } {
    const camera = this.pickCamera;
    rasFromWorld.copy(this.modelRoot.matrix).invert();
    point.set((x / this.width) * 2 - 1, 1 - (y / this.height) * 2, 0.5).unproject(camera);
    const eye = vector.setFromMatrixPosition(camera.matrixWorld).applyMatrix4(rasFromWorld);
    point.applyMatrix4(rasFromWorld).sub(eye).normalize();
    return { origin: [eye.x, eye.y, eye.z], direction: [point.x, point.y, point.z] };
  }

  /** Place of a point of the body in the view, CSS pixels, and whether it is before the camera. */
  project(ras: RasPoint): { x: number; y: number; before: boolean } {
    point
      .set(...ras)
      .applyMatrix4(this.modelRoot.matrix)
      .project(this.pickCamera);
    return { x: ((point.x + 1) / 2) * this.width, y: ((1 - point.y) / 2) * this.height, before: point.z < 1 };
  }

  /** The camera that draws the desk, given by the canvas. */
  attach(camera: PerspectiveCamera, scene: Scene, canvas: HTMLCanvasElement, drawNow: () => void): () => void {
    this.camera = camera;
    this.canvas = canvas;
    this.drawNow = drawNow;
    scene.onBeforeRender = (renderer, _scene, drawn) =>
      this.beforeRender(renderer as WebGLRenderer, drawn as PerspectiveCamera);
    scene.onAfterRender = (renderer) => this.meter.count(renderer as WebGLRenderer);
    return () => {
      scene.onBeforeRender = nothing;
      scene.onAfterRender = nothing;
      this.camera = null;
      this.canvas = null;
      this.drawNow = null;
    };
  }
  private canvas: HTMLCanvasElement | null = null;
  private drawNow: (() => void) | null = null;
  private camera: PerspectiveCamera | null = null;
  private get pickCamera(): PerspectiveCamera {
    if (!this.camera) throw notOpen();
    this.desk.place(this.camera);
    return this.camera;
  }

  stats(nowMs: number): SceneStats {
    return this.meter.read(nowMs, this.arena.gpuBytes + this.measures.bytes);
  }

  dispose(): void {
    this.arena.dispose();
    this.disc.dispose();
    this.backdrop.dispose();
    this.measures.dispose();
  }

  private tellCamera(): void {
    rasFromWorld.copy(this.modelRoot.matrix).invert();
    const facts = this.desk.facts(rasFromWorld, 1000);
    if (sameFacts(facts, this.lastFacts)) return;
    this.lastFacts = facts;
    this.viewer.view.verbs.set({ camera: facts });
  }

  private scanCentre(): RasPoint {
    const volume = this.viewer.case.getState().volumes[0];
    if (volume) {
      const [ni, nj, nk] = volume.dims;
      const [x, y, z] = transform(affine('ras', 'ijk', volume.rasFromIjk), [(ni - 1) / 2, (nj - 1) / 2, (nk - 1) / 2]);
      return [x, y, z];
    }
    const all = boundsOf(this.arena.facts, this.arena.facts.keys());
    if (!all) return [0, 0, 0];
    return [0, 1, 2].map((axis) => ((all.low[axis] as number) + (all.high[axis] as number)) / 2) as RasPoint;
  }

  /** A box of RAS mm as a box of metres; the desk turns by half, so corners stay corners. */
  private inRoom({ low, high }: Bounds): Bounds {
    const a = point
      .set(...low)
      .applyMatrix4(this.modelRoot.matrix)
      .toArray();
    const b = point
      .set(...high)
      .applyMatrix4(this.modelRoot.matrix)
      .toArray();
    const pick = (choose: (x: number, y: number) => number) =>
      [0, 1, 2].map((axis) => choose(a[axis] as number, b[axis] as number)) as unknown as Bounds['low'];
    return { low: pick(Math.min), high: pick(Math.max) };
  }
}

function resolvedTheme(theme: 'dark' | 'light' | 'contrast' | 'system'): StageTheme {
  if (theme !== 'system') return theme;
  return globalThis.matchMedia?.('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

function sameFacts(a: CameraFacts, b: CameraFacts | null): boolean {
  if (!b) return false;
  const near = (p: RasPoint, q: RasPoint) => p.every((value, axis) => Math.abs(value - (q[axis] as number)) < 1e-6);
  return (
    near(a.rightRas, b.rightRas) &&
    near(a.upRas, b.upRas) &&
    near(a.towardsRas, b.towardsRas) &&
    Math.abs(a.pixelsPerMm / b.pixelsPerMm - 1) < 1e-6
  );
}

function notOpen(): VesaliusError {
  return new VesaliusError({
    code: 'not-open',
    what: '3D view',
    where: 'canvas',
    expected: 'a drawn view',
    got: 'none',
  });
}

const nothing = () => undefined;
const rig = new Matrix4();
const rasFromWorld = new Matrix4();
const point = new Vector3();
const vector = new Vector3();
