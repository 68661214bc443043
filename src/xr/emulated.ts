import { metaQuest3, XRDevice } from 'iwer';
import type { Viewer } from '#state/viewer.ts';

/** An emulated headset for a machine without one. Only called where the browser has none of its own. */
export function installEmulated(_viewer: Viewer): XRDevice {
  const device = new XRDevice(metaQuest3, { stereoEnabled: true, ipd: 0.063, visibilityMask: null });
  device.installRuntime({ forceInstall: true });
  device.position.set(0, 1.6, 0);
  return device;
}
