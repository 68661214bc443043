import { useLayoutEffect, useRef, useState } from 'react';
import { volumeQuantity } from '#i18n/format.ts';
import { useCase, useView } from '#scene/viewerContext.ts';
import { nameOf } from '#ui/model/structures.ts';
import { useDeskParts } from './deskContext.ts';
import { QuantityText } from './QuantityText.tsx';

/** How far beside the point the words stand, and how near they come to the border of the view. CSS pixels. */
const [ASIDE, ABOVE, MARGIN] = [56, 40, 12];

/** Name and volume of what is hovered, a line to the touched point. */
export function NameTag() {
  const { host } = useDeskParts();
  const hover = useView((state) => state.hover);
  // Moves with the camera.
  useView((state) => state.camera);
  const segment = useCase((state) => state.segments.find(({ id }) => id === hover?.segment));
  const words = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0, view: 0 });
  useLayoutEffect(() => {
    const element = words.current;
    const parent = element?.offsetParent;
    if (!element || !parent) return;
    const next = { width: element.offsetWidth, height: element.offsetHeight, view: parent.clientWidth };
    setBox((before) =>
      before.width === next.width && before.height === next.height && before.view === next.view ? before : next,
    );
  });
  if (!hover || !segment) return null;
  const at = host.project(hover.ras);
  if (!at) return null;
  // On the side where there is more room; never over the point itself.
  const toLeft = at.x > box.view / 2;
  const left = Math.min(
    Math.max(toLeft ? at.x - ASIDE - box.width : at.x + ASIDE, toLeft ? 84 : MARGIN),
    Math.max(MARGIN, box.view - box.width - MARGIN),
  );
  const top = Math.max(MARGIN, at.y - ABOVE - box.height / 2);
  const end = { x: toLeft ? left + box.width : left, y: top + box.height / 2 };
  const line = { x1: at.x, y1: at.y, x2: end.x, y2: end.y };
  return (
    <>
      <svg className="name-tag" aria-hidden="true">
        <line className="under" {...line} />
        <line {...line} />
        <circle cx={at.x} cy={at.y} r="3.5" />
      </svg>
      <div ref={words} className="name-tag-words" data-testid="name-tag" style={{ left, top }}>
        {nameOf(segment.name)} <QuantityText quantity={volumeQuantity(segment.volumeMl, segment.cutByEdge)} />
      </div>
    </>
  );
}
