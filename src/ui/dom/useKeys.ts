import { useEffect } from 'react';
import { type Act, acts, keyName } from '#ui/model/acts.ts';
import { useActs } from './deskContext.ts';

/** Keys with Ctrl act everywhere but undo in a field, which is the field's own; letters only in a view or a list. */
export function useKeys(): void {
  const context = useActs();
  useEffect(() => {
    const byKey = new Map<string, Act>();
    for (const act of acts()) for (const key of act.keys) byKey.set(key, act);
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      if (event.key === 'F6') {
        event.preventDefault();
        nextRegion(event.shiftKey ? -1 : 1);
        return;
      }
      const name = keyName(event);
      const act = name === null ? undefined : byKey.get(name);
      if (!act || !mayAct(event, name ?? '')) return;
      if (act.can && !act.can(context)) return;
      event.preventDefault();
      // Of a work that fails there is a card.
      Promise.resolve(act.run(context)).catch(() => undefined);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [context]);
}

function mayAct({ target, ctrlKey, metaKey }: KeyboardEvent, name: string): boolean {
  const element = target instanceof Element ? target : null;
  const typing = element?.closest('input, textarea, select, [contenteditable]') ?? null;
  if (element?.closest('[role=dialog], [role=menu], dialog')) return false;
  if (ctrlKey || metaKey) return !typing || !/Z|Y/.test(name);
  if (typing) return false;
  return (
    element === null ||
    element === document.body ||
    element.closest('[role=application], [role=treegrid], [role=grid], [data-list], .view-overlay') !== null
  );
}

/** Bar, tree, 3D, slices, panel, status: F6 goes round. */
function nextRegion(by: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (each) => each.offsetParent !== null,
  );
  const now = regions.findIndex((region) => region.contains(document.activeElement));
  for (let n = 1; n <= regions.length; n++) {
    const region =
      regions[((((now < 0 && by > 0 ? -1 : now) + by * n) % regions.length) + regions.length) % regions.length];
    const first = region?.matches('[tabindex="0"]')
      ? region
      : region?.querySelector<HTMLElement>(
          '[tabindex="0"], button:not(:disabled):not([tabindex="-1"]), input, a[href]',
        );
    if (first) {
      first.focus();
      return;
    }
  }
}
