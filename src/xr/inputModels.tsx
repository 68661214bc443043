import { useXRInputSourceStateContext, XRControllerModel, XRHandModel } from '@react-three/xr';
import { useCallback } from 'react';
import { Color, Mesh, type Object3D, ShaderMaterial } from 'three';

/** What is drawn of each input source, for whoever points at its buttons. */
export const inputObjects = new WeakMap<XRInputSource, Object3D>();

/** Soft and matte, lit from above by no lamp: the room has none, and a hand is not what is looked at. Skins included. */
const matte = new ShaderMaterial({
  name: 'input',
  uniforms: { uColor: { value: new Color('#59636b') } },
  vertexShader: /* glsl */ `
#include <common>
#include <skinning_pars_vertex>
varying vec3 vNormal;
varying vec3 vView;
void main() {
  #include <beginnormal_vertex>
  #include <begin_vertex>
  #include <skinbase_vertex>
  #include <skinnormal_vertex>
  #include <skinning_vertex>
  vec4 view = modelViewMatrix * vec4(transformed, 1.);
  vNormal = normalMatrix * objectNormal;
  vView = view.xyz;
  gl_Position = projectionMatrix * view;
}`,
  fragmentShader: /* glsl */ `
uniform vec3 uColor;
varying vec3 vNormal;
varying vec3 vView;
void main() {
  vec3 n = normalize(vNormal) * (gl_FrontFacing ? 1. : -1.);
  float up = dot(n, normalize((viewMatrix * vec4(-.3, 1., .25, 0.)).xyz));
  float edge = pow(1. - clamp(dot(n, normalize(-vView)), 0., 1.), 3.);
  vec3 color = uColor * mix(vec3(.28, .3, .34), vec3(1.), .5 + .5 * up) + vec3(.05, .07, .09) * edge;
  gl_FragColor = vec4(color, 1.);
  #include <colorspace_fragment>
}`,
  toneMapped: false,
});

function useMatte(): (model: Object3D | null) => void {
  const { inputSource } = useXRInputSourceStateContext();
  return useCallback(
    (model: Object3D | null) => {
      if (!model) return;
      inputObjects.set(inputSource, model);
      model.traverse((part) => {
        if (part instanceof Mesh) {
          part.material = matte;
          part.raycast = () => undefined;
        }
      });
    },
    [inputSource],
  );
}

/** A controller's model alone: rays and grabs are ours. */
export function ControllerModel() {
  return <XRControllerModel ref={useMatte()} />;
}

export function HandModel() {
  return <XRHandModel ref={useMatte()} />;
}
