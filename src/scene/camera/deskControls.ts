// Mouse, touch, pen and keys on the 3D view: left turns, middle moves, right or wheel comes nearer; one finger turns, two move
// and zoom; arrows turn, with Shift they move, + and − zoom. A press that does not travel is a click.
import type { DeskCamera } from './DeskCamera.ts';

export interface PointerPlace {
  /** CSS pixels within the view. */
  readonly x: number;
  readonly y: number;
  /** Adds to what is selected. */
  readonly add: boolean;
  readonly touch: boolean;
}

export interface DeskControlEvents {
  /** Something moved: draw. */
  changed(): void;
  hover(place: PointerPlace | null): void;
  click(place: PointerPlace): void;
  cancel(): void;
  /** A tool takes a drag with the main button; it gets the moves until it ends. null: the drag turns the view. */
  drag(place: PointerPlace): DragTool | null;
}
export interface DragTool {
  move(place: PointerPlace): void;
  end(cancelled: boolean): void;
}

const CLICK_PX = 5;
const KEY_TURN = Math.PI / 24;
const KEY_PAN_PX = 32;

/** Listens on `element`, which should be able to take the focus; gives the way to stop. */
export function deskControls(element: HTMLElement, camera: DeskCamera, events: DeskControlEvents): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let mode: 'turn' | 'pan' | 'zoom' | 'tool' | 'pinch' | null = null;
  let travelled = 0;
  let tool: DragTool | null = null;
  let lastPinch = { x: 0, y: 0, spread: 1 };

  const placeOf = (event: PointerEvent): PointerPlace => {
    const box = element.getBoundingClientRect();
    return {
      x: event.clientX - box.left,
      y: event.clientY - box.top,
      add: event.shiftKey || event.ctrlKey || event.metaKey,
      touch: event.pointerType === 'touch',
    };
  };
  const pinch = () => {
    const [a, b] = [...pointers.values()] as [{ x: number; y: number }, { x: number; y: number }];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.max(10, Math.hypot(a.x - b.x, a.y - b.y)) };
  };

  function down(event: PointerEvent): void {
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 2) {
      tool?.end(true);
      tool = null;
      mode = 'pinch';
      lastPinch = pinch();
      travelled = Infinity;
      return;
    }
    if (pointers.size > 2) return;
    travelled = 0;
    events.hover(null);
    if (event.button === 1) mode = 'pan';
    else if (event.button === 2) mode = 'zoom';
    else {
      tool = events.drag(placeOf(event));
      mode = tool ? 'tool' : event.shiftKey && event.altKey ? 'pan' : 'turn';
    }
    if (event.button === 1) event.preventDefault();
  }

  function move(event: PointerEvent): void {
    const last = pointers.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== 'touch' && event.buttons === 0) events.hover(placeOf(event));
      return;
    }
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    last.x = event.clientX;
    last.y = event.clientY;
    travelled += Math.hypot(dx, dy);
    if (mode === 'pinch' && pointers.size >= 2) {
      const now = pinch();
      camera.pan(now.x - lastPinch.x, now.y - lastPinch.y);
      camera.zoom(lastPinch.spread / now.spread);
      lastPinch = now;
    } else if (mode === 'tool') tool?.move(placeOf(event));
    else if (travelled < CLICK_PX) return;
    else if (mode === 'turn') camera.turn(dx, dy);
    else if (mode === 'pan') camera.pan(dx, dy);
    else if (mode === 'zoom') camera.zoom(Math.exp(dy * 0.006));
    events.changed();
  }

  function up(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return;
    const cancelled = event.type === 'pointercancel';
    if (mode === 'tool') tool?.end(cancelled);
    else if (!cancelled && mode === 'turn' && travelled < CLICK_PX && event.button === 0) events.click(placeOf(event));
    tool = null;
    mode = null;
    // The finger that stays does not turn the view: lifting two is never quite at once.
    if (!cancelled && pointers.size === 0 && event.pointerType !== 'touch') events.hover(placeOf(event));
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const delta = Math.max(-120, Math.min(120, event.deltaY * lines));
    camera.zoom(Math.exp(delta * 0.0016));
    events.changed();
  }

  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = event.shiftKey;
    const step = (right: number, down: number) =>
      pan ? camera.pan(right * KEY_PAN_PX, down * KEY_PAN_PX) : camera.turnBy(-right * KEY_TURN, down * KEY_TURN);
    switch (event.key) {
      case 'ArrowLeft':
        step(-1, 0);
        break;
      case 'ArrowRight':
        step(1, 0);
        break;
      case 'ArrowUp':
        step(0, -1);
        break;
      case 'ArrowDown':
        step(0, 1);
        break;
      case '+':
      case '=':
        camera.zoom(1 / 1.15);
        break;
      case '-':
        camera.zoom(1.15);
        break;
      case 'Escape':
        events.cancel();
        return;
      default:
        return;
    }
    event.preventDefault();
    events.changed();
  }

  const leave = () => pointers.size === 0 && events.hover(null);
  const noMenu = (event: Event) => event.preventDefault();
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  element.addEventListener('pointerleave', leave);
  element.addEventListener('contextmenu', noMenu);
  element.addEventListener('wheel', wheel, { passive: false });
  element.addEventListener('keydown', key);
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointercancel', up);
    element.removeEventListener('pointerleave', leave);
    element.removeEventListener('contextmenu', noMenu);
    element.removeEventListener('wheel', wheel);
    element.removeEventListener('keydown', key);
  };
}
