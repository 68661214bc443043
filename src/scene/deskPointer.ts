// The pointer on the 3D view: what it hovers, selects and measures.
import { valueAtRas } from '#core/volume/reslice.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import { deskControls, type PointerPlace } from '#scene/camera/deskControls.ts';
import type { RasPoint, Viewer, ViewState } from '#state/viewer.ts';
import { pointCounts, withPoint } from './measuring.ts';
import type { StageModel } from './StageModel.ts';

/** Listens until the returned function is called. */
export function deskPointer(element: HTMLElement, stage: StageModel, viewer: Viewer): () => void {
  const { verbs } = viewer.view;
  let hoverPlace: PointerPlace | null = null;
  let asked = 0;
  let begun: readonly RasPoint[] = [];

  /** One pick per frame at most, for the newest place. */
  function hover(place: PointerPlace | null): void {
    hoverPlace = place;
    if (!asked) asked = requestAnimationFrame(tellHover);
  }
  function tellHover(): void {
    asked = 0;
    const hit = hoverPlace ? stage.pickPixel(hoverPlace.x, hoverPlace.y) : null;
    const { hover: before, cursor } = viewer.view.getState();
    if (begun.length > 0 && hit) {
      stage.measures.pending = [...begun, hit.ras];
      stage.refresh();
    }
    if (!hit) {
      if (before || cursor) verbs.set({ hover: null, cursor: null });
      return;
    }
    verbs.set({
      hover: { segment: hit.segment, ras: hit.ras },
      cursor: { ras: hit.ras, value: valueAt(viewer, hit.ras), segment: hit.segment },
    });
  }

  function click(place: PointerPlace): void {
    const { tool, selection, measureKind } = viewer.view.getState();
    const hit = stage.pickPixel(place.x, place.y);
    if (tool === 'measure') {
      if (!hit) return;
      begun = withPoint(begun, hit.ras);
      if (begun.length === pointCounts[measureKind]) {
        viewer.case.verbs.addMeasurement({ kind: measureKind, name: '', points: [...begun] });
        begun = [];
      }
      stage.measures.pending = begun.length > 0 ? begun : null;
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
    begun = [];
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
    if ((view.tool !== before.tool || view.measureKind !== before.measureKind) && begun.length > 0) cancel();
  });
  // A point of one scan measures nothing in another.
  const stopCase = viewer.case.subscribe((now, before) => {
    if (now.volumes[0]?.id !== before.volumes[0]?.id && begun.length > 0) cancel();
  });
  return () => {
    stopControls();
    stopTool();
    stopCase();
    if (asked) cancelAnimationFrame(asked);
  };
}

/** Of the first volume; null where its voxels are with a worker. */
function valueAt(viewer: Viewer, ras: RasPoint): number | null {
  const record = viewer.case.getState().volumes[0];
  const volume = record ? viewer.voxels.volume(record.id) : null;
  return volume && valueAtRas(timepointOf(volume, viewer.view.getState().timepoint), ras);
}
