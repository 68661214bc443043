// The pointer on the 3D view: what it hovers, selects and measures.
import { affine, invert, transform } from '#core/space/affine.ts';
import { deskControls, type PointerPlace } from '#scene/camera/deskControls.ts';
import type { RasPoint, Viewer, ViewState } from '#state/viewer.ts';
import type { StageModel } from './StageModel.ts';

/** Listens until the returned function is called. */
export function deskPointer(element: HTMLElement, stage: StageModel, viewer: Viewer): () => void {
  const { verbs } = viewer.view;
  let hoverPlace: PointerPlace | null = null;
  let asked = 0;
  let began: RasPoint | null = null;

  /** One pick per frame at most, for the newest place. */
  function hover(place: PointerPlace | null): void {
    hoverPlace = place;
    if (!asked) asked = requestAnimationFrame(tellHover);
  }
  function tellHover(): void {
    asked = 0;
    const hit = hoverPlace ? stage.pickPixel(hoverPlace.x, hoverPlace.y) : null;
    const { hover: before, cursor } = viewer.view.getState();
    if (began && hit) {
      stage.measures.pending = [began, hit.ras];
      stage.refresh();
    }
    if (!hit) {
      if (before || cursor) verbs.set({ hover: null, cursor: null });
      return;
    }
    verbs.set({
      hover: { segment: hit.segment, ras: hit.ras },
      cursor: { ras: hit.ras, value: valueAtRas(viewer, hit.ras), segment: hit.segment },
    });
  }

  function click(place: PointerPlace): void {
    const { tool, selection } = viewer.view.getState();
    const hit = stage.pickPixel(place.x, place.y);
    if (tool === 'measure') {
      if (!hit) return;
      if (!began) {
        began = hit.ras;
        stage.measures.pending = [began];
      } else {
        viewer.case.verbs.addMeasurement({ kind: 'length', name: '', points: [began, hit.ras] });
        began = null;
        stage.measures.pending = null;
      }
      stage.refresh();
      return;
    }
    if (!hit) {
      if (!place.add && selection.length > 0) verbs.set({ selection: [] });
      return;
    }
    const chosen = selection.includes(hit.segment);
    if (!place.add) verbs.set({ selection: [hit.segment] });
    else verbs.set({ selection: chosen ? selection.filter((id) => id !== hit.segment) : [...selection, hit.segment] });
  }

  function cancel(): void {
    began = null;
    stage.measures.pending = null;
    stage.refresh();
  }

  const stopControls = deskControls(element, stage.desk, {
    changed: () => stage.invalidate(),
    hover,
    click,
    cancel,
    drag(place) {
      for (const handler of stage.dragHandlers) {
        const taken = handler(place);
        if (taken) return taken;
      }
      return null;
    },
  });
  const stopTool = viewer.view.subscribe((view: ViewState, before: ViewState) => {
    if (view.tool !== before.tool && began) cancel();
  });
  return () => {
    stopControls();
    stopTool();
    if (asked) cancelAnimationFrame(asked);
  };
}

/** Rescaled value of the nearest voxel of the first volume; null outside it or where its voxels are with a worker. */
function valueAtRas(viewer: Viewer, ras: RasPoint): number | null {
  const record = viewer.case.getState().volumes[0];
  const volume = record ? viewer.voxels.volume(record.id) : null;
  if (!record || !volume) return null;
  const [i, j, k] = transform(invert(affine('ras', 'ijk', record.rasFromIjk)), ras).map(Math.round) as [
    number,
    number,
    number,
  ];
  const [ni, nj, nk] = record.dims;
  if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) return null;
  return (volume.scalars[i + ni * (j + nj * k)] as number) * volume.header.slope + volume.header.intercept;
}
