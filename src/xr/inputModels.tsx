import { XRControllerModel, XRHandModel } from '@react-three/xr';

/** What is drawn of a controller: its model alone, since rays and grabs are ours. */
export function ControllerModel() {
  return <XRControllerModel />;
}

export function HandModel() {
  return <XRHandModel />;
}
