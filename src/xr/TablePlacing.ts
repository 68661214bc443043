import { Matrix4, Vector3 } from 'three';
import type { Hand } from './hands.ts';
import { headYaw } from './placement.ts';
import type { RoomModel } from './RoomModel.ts';

/** Steeper than this is a wall, not a table. */
const LEVEL = 0.85;

/** What one hand's ray asks the device about its surroundings. */
class Probe {
  source: XRHitTestSource | null = null;
  space: XRSpace | null = null;
}

/**
 * AR: where a ray meets a real table or floor, and putting the model there. The model floats at once without it; this is an act,
 * done by the trigger or a pinch on a place where neither a panel nor the model is pointed at, as often as one likes.
 */
export class TablePlacing {
  /** The lead hand points at a level surface. */
  found = false;
  readonly place = new Vector3();
  private readonly room: RoomModel;
  private readonly probes: readonly [Probe, Probe] = [new Probe(), new Probe()];
  private session: XRSession | null = null;

  constructor(room: RoomModel) {
    this.room = room;
  }

  begin(session: XRSession): void {
    this.end();
    this.session = session.requestHitTestSource ? session : null;
  }

  end(): void {
    for (const probe of this.probes) drop(probe);
    this.session = null;
    this.found = false;
  }

  step(frame: XRFrame, space: XRReferenceSpace): void {
    this.found = false;
    if (!this.session || this.room.mode !== 'immersive-ar') return;
    const { pointing, hands, grab } = this.room;
    for (const hand of hands.both) this.keep(hand);
    const hand = hands.both[pointing.lead];
    if (!hand.tracked || grab.anyHand || pointing.busy(hand) || pointing.onModel(hand)) return;
    const { source } = this.probes[hand.side];
    if (!source) return;
    const results = frame.getHitTestResults(source);
    const pose = results[0]?.getPose(space);
    if (!pose) return;
    matrix.fromArray(pose.transform.matrix);
    if ((matrix.elements[5] as number) < LEVEL) return;
    this.found = true;
    this.place.setFromMatrixPosition(matrix);
    if (!hand.pressed) return;
    this.room.putDown(this.place, headYaw(this.room.head));
    this.room.told('place');
  }

  /** One probe per hand, for as long as it points from the same space. */
  private keep(hand: Hand): void {
    const probe = this.probes[hand.side];
    const space = hand.source?.targetRaySpace ?? null;
    if (probe.space === space) return;
    drop(probe);
    probe.space = space;
    const { session } = this;
    if (!space || !session?.requestHitTestSource) return;
    session.requestHitTestSource({ space })?.then(
      (source) => {
        if (probe.space === space && this.session === session) probe.source = source;
        else source.cancel();
      },
      // A device that does not know its surroundings: the model floats, as it does.
      () => undefined,
    );
  }
}

function drop(probe: Probe): void {
  try {
    probe.source?.cancel();
  } catch {
    // Its session has ended before it.
  }
  probe.source = null;
  probe.space = null;
}

const matrix = new Matrix4();
