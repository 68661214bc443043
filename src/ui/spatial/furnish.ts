import type { RoomModel } from '#xr/RoomModel.ts';

/** What stands in the room beside the model. */
export function furnish(_room: RoomModel, _acts: { exit(): void }): void {}
