import type { RoomModel } from '#xr/RoomModel.ts';
import { makeRoomDisc } from '#xr/roomDisc.ts';
import { makeRoomDome } from '#xr/roomDome.ts';
import type { HintMemory } from './Hints.ts';
import { Marks } from './Marks.ts';
import type { PageActs } from './panelPages.ts';
import { RoomPanel } from './RoomPanel.ts';
import { WristStrip } from './WristStrip.ts';

/** What stands in the room beside the model, in the order in which it is told of a frame. */
export function furnish(room: RoomModel, acts: PageActs, memory: HintMemory): void {
  const panel = new RoomPanel(room, acts);
  room.add(makeRoomDome(), makeRoomDisc(room), panel, new WristStrip(room, panel), new Marks(room, memory));
}
