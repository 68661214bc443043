// Mouse, touch and wheel on a slice. Left moves the crosshair or uses the tool, right drags window and level, middle moves the
// picture, the wheel goes through slices, with Ctrl it comes nearer. One finger is the left button, two move and zoom, three drag
// window and level.

/** CSS pixels within the view. */
export interface SlicePlace {
  readonly x: number;
  readonly y: number;
}

export interface SliceEvents {
  hover(place: SlicePlace | null): void;
  /** Pressed or dragged with the main button or one finger; `first` is the press. */
  point(place: SlicePlace, first: boolean): void;
  /** The main press ended without having travelled. */
  click(place: SlicePlace, add: boolean): void;
  /** From where the drag began. */
  window(right: number, down: number, first: boolean): void;
  pan(right: number, down: number): void;
  zoom(factor: number, about: SlicePlace): void;
  scroll(slices: number): void;
  large(): void;
  /** A drag or a run of wheel turns is over. */
  end(): void;
}

const CLICK_PX = 4;
/** Of a track pad, which sends many small turns; a wheel's notch is one slice, however far it says that it turned. */
const PIXELS_PER_SLICE = 40;
const NOTCH_PX = 50;
const WHEEL_REST_MS = 400;

/** Listens on `element` until the returned function is called. */
export function sliceControls(element: HTMLElement, events: SliceEvents): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let mode: 'point' | 'pan' | 'window' | 'pinch' | 'wait' | null = null;
  let from = { x: 0, y: 0 };
  let travelled = 0;
  let pinchBefore = { x: 0, y: 0, spread: 1 };
  let wheelLeft = 0;
  let wheelRest: ReturnType<typeof setTimeout> | null = null;

  const placeOf = (event: { clientX: number; clientY: number }): SlicePlace => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const middle = () => {
    const all = [...pointers.values()];
    const x = all.reduce((sum, each) => sum + each.x, 0) / all.length;
    const y = all.reduce((sum, each) => sum + each.y, 0) / all.length;
    const spread = all.reduce((sum, each) => sum + Math.hypot(each.x - x, each.y - y), 0) / all.length;
    return { x, y, spread: Math.max(5, spread) };
  };
  function endWheel(): void {
    if (wheelRest === null) return;
    clearTimeout(wheelRest);
    wheelRest = null;
    wheelLeft = 0;
    events.end();
  }

  function down(event: PointerEvent): void {
    endWheel();
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const touch = event.pointerType === 'touch';
    if (touch && pointers.size > 1) {
      if (mode === 'point') events.end();
      mode = pointers.size === 2 ? 'pinch' : 'window';
      pinchBefore = middle();
      from = middle();
      travelled = Infinity;
      if (mode === 'window') events.window(0, 0, true);
      return;
    }
    if (pointers.size > 1) return;
    from = { x: event.clientX, y: event.clientY };
    travelled = 0;
    if (event.button === 1) {
      event.preventDefault();
      mode = 'pan';
    } else if (event.button === 2) {
      mode = 'window';
      events.window(0, 0, true);
    } else if (touch) {
      // Fingers never come down at once: the first one waits until it is clear that it is alone.
      mode = 'wait';
    } else {
      mode = 'point';
      events.point(placeOf(event), true);
    }
  }

  function move(event: PointerEvent): void {
    const last = pointers.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== 'touch') events.hover(placeOf(event));
      return;
    }
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    last.x = event.clientX;
    last.y = event.clientY;
    travelled += Math.hypot(dx, dy);
    if (event.pointerType !== 'touch') events.hover(placeOf(event));
    if (mode === 'wait' && travelled >= CLICK_PX) {
      mode = 'point';
      events.point(placeOf({ clientX: from.x, clientY: from.y }), true);
    }
    if (mode === 'point') events.point(placeOf(event), false);
    else if (mode === 'pan') events.pan(dx, dy);
    else if (mode === 'window') {
      const now = pointers.size > 1 ? middle() : last;
      events.window(now.x - from.x, now.y - from.y, false);
    } else if (mode === 'pinch' && pointers.size === 2) {
      const now = middle();
      events.pan(now.x - pinchBefore.x, now.y - pinchBefore.y);
      events.zoom(now.spread / pinchBefore.spread, placeOf({ clientX: now.x, clientY: now.y }));
      pinchBefore = now;
    }
  }

  function up(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return;
    const cancelled = event.type === 'pointercancel';
    const place = placeOf(event);
    if (mode === 'wait' && !cancelled) events.point(place, true);
    const clicked = !cancelled && (mode === 'wait' || mode === 'point') && travelled < CLICK_PX;
    if (clicked) events.click(place, event.shiftKey || event.ctrlKey || event.metaKey);
    if (mode !== null) events.end();
    // Fingers that stay do nothing more: lifting several is never quite at once.
    mode = null;
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
    if (event.ctrlKey || event.metaKey) {
      const turn = Math.max(-120, Math.min(120, pixels));
      // A pinch on a track pad comes as small turns with Ctrl.
      events.zoom(Math.exp(-turn * (Math.abs(turn) < NOTCH_PX ? 0.01 : 0.002)), placeOf(event));
      return;
    }
    if (wheelRest !== null) clearTimeout(wheelRest);
    wheelRest = setTimeout(endWheel, WHEEL_REST_MS);
    let slices: number;
    if (Math.abs(pixels) >= NOTCH_PX) {
      slices = Math.sign(pixels);
      wheelLeft = 0;
    } else {
      wheelLeft += pixels;
      slices = Math.trunc(wheelLeft / PIXELS_PER_SLICE);
      wheelLeft -= slices * PIXELS_PER_SLICE;
    }
    // Away from the hand is upwards.
    if (slices !== 0) events.scroll(-slices);
  }

  const leave = () => events.hover(null);
  const noMenu = (event: Event) => event.preventDefault();
  const large = (event: MouseEvent) => {
    if (event.button === 0) events.large();
  };
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  element.addEventListener('pointerleave', leave);
  element.addEventListener('dblclick', large);
  element.addEventListener('contextmenu', noMenu);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    endWheel();
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointercancel', up);
    element.removeEventListener('pointerleave', leave);
    element.removeEventListener('dblclick', large);
    element.removeEventListener('contextmenu', noMenu);
    element.removeEventListener('wheel', wheel);
  };
}
