// Runs in the page: acts on the open case, one after another, and tells of each what the case shows after it. It is given to the
// page as text, so it stands for itself.
import type { CaseState, Viewer } from '#state/viewer.ts';
import type { ViewerApi } from '#app/viewerApi.ts';

declare global {
  interface Window {
    tellState: (digest: string) => void;
    digestNow: () => string;
    startActs: (seed: number, everyMs: number) => void;
    stopActs: () => void;
    theViewer: () => Viewer;
  }
}

export function installActs(): void {
  const api = () => (window as unknown as { vesalius: ViewerApi }).vesalius;

  /** The viewer as React was given it: the page has no door to the voxels of its own. */
  window.theViewer = () => {
    interface Fiber {
      readonly memoizedProps: { readonly value?: Partial<Viewer> } | null;
      readonly child: Fiber | null;
      readonly sibling: Fiber | null;
    }
    const root = document.getElementById('root') as unknown as Record<string, Fiber>;
    const stack = Object.keys(root).flatMap((key) => (key.startsWith('__reactContainer$') ? [root[key]] : []));
    for (;;) {
      const fiber = stack.pop();
      if (!fiber) throw new Error('no viewer in the page');
      const value = fiber.memoizedProps?.value;
      if (value?.case && value.voxels) return value as Viewer;
      for (const next of [fiber.sibling, fiber.child]) if (next) stack.push(next);
    }
  };

  /** The whole summary and every label, as a short text. */
  window.digestNow = () => {
    const text = JSON.stringify([api().case(), api().labelsHash()]);
    let [a, b] = [0x811c9dc5, 0x9747b28c];
    for (let n = 0; n < text.length; n++) {
      a = Math.imul(a ^ text.charCodeAt(n), 0x01000193);
      b = Math.imul(b ^ text.charCodeAt(n), 0xcc9e2d51);
      b ^= b >>> 13;
    }
    return `${text.length} ${a >>> 0} ${b >>> 0}`;
  };

  window.startActs = (seed, everyMs) => {
    const viewer = window.theViewer();
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    viewer.case.subscribe((now, before) => {
      // In the very task of the act: nothing of it can be on the disk yet.
      if (now.revision !== before.revision) window.tellState(window.digestNow());
    });
    let serial = 0;
    const act = () => {
      serial++;
      one(viewer, random, `${seed}.${serial}`);
      next = setTimeout(act, everyMs);
    };
    let next = setTimeout(act, 0);
    window.stopActs = () => clearTimeout(next);
  };

  const one = ({ case: store, voxels }: Viewer, random: (below: number) => number, name: string) => {
    const { segments, measurements, volumes, crosshair } = store.getState() as CaseState;
    const { verbs } = store;
    const segment = segments[random(segments.length)];
    const volume = volumes[0];
    if (!volume) return;
    const layer = segment && voxels.layer(segment.layer);
    const choice = random(10);
    if (!segment || !layer || (segments.length < 3 && choice < 4)) {
      const bricks = volume.dims.map((size) => Math.ceil(size / 32)).reduce((a, b) => a * b, 1);
      const first = new Uint16Array(32 ** 3);
      for (let n = 0; n < 2000; n++) first[n * 5 + random(4)] = 1;
      verbs.addLayer(
        { dims: volume.dims, bricks: [first, ...new Array<number>(bricks - 1).fill(0)] },
        [
          {
            name: `part ${name}`,
            value: 1,
            code: null,
            color: '#c5423a',
            opacity: 1,
            visible: false,
            tissue: 'other',
            group: 'yours',
            voxels: first.reduce((sum, value) => sum + value, 0),
            volumeMl: 1,
            cutByEdge: false,
            madeBy: { method: 'hand', settings: {}, automatic: false },
            reviewed: false,
            isovalue: null,
          },
        ],
        'history.segmented',
      );
    } else if (choice < 4) {
      const starts = Array.from({ length: 6 }, (_, n) => n * 5000 + random(4000));
      const runs = Uint16Array.from(starts.flatMap((start) => [start, 1 + random(900), segment.value]));
      verbs.paint(segment.layer, [{ brick: random(layer.labels.bricks.length), runs }]);
    } else if (choice < 5) verbs.setSegment(segment.id, { name: `named ${name}` });
    else if (choice < 6 && measurements.length < 5)
      verbs.addMeasurement({
        kind: 'length',
        name: `m ${name}`,
        points: [
          [0, 0, random(99)],
          [1 + random(50), 9, 9],
        ],
      });
    else if (choice < 6 && measurements[0]) verbs.removeMeasurement(measurements[0].id);
    else if (choice < 7) {
      // The oldest step is the opening: undone, there is no case any more.
      if (store.getState().history.filter(({ undone }) => !undone).length > 1) verbs.undo();
    } else if (choice < 8) verbs.redo();
    else if (choice < 9 && segments.length > 2) verbs.removeSegments([segment.id]);
    else verbs.setCrosshair([random(50), crosshair?.[1] ?? 0, random(50)], 'drag');
  };
}
