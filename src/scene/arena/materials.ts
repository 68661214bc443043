import {
  BackSide,
  Color,
  type Data3DTexture,
  type DataTexture,
  DoubleSide,
  FrontSide,
  Matrix3,
  Matrix4,
  ShaderMaterial,
  Vector2,
  Vector3,
  Vector4,
} from 'three';
import { constant, gaussians, irradianceHarmonics, key, rim } from './light.ts';
import { bodyFragment, bodyVertex, depthFragment, depthVertex, outlineFragment, outlineVertex } from './shaders.ts';

/** Shared by all passes: one place to set, every material reads it. */
export function makeUniforms(look: DataTexture, grain: Data3DTexture) {
  return {
    uLook: { value: look },
    uGrain: { value: grain },
    uGrainOn: { value: 1 },
    uRigFromRas: { value: new Matrix3() },
    uRigFromWorld: { value: new Matrix3() },
    uRasFromWorld: { value: new Matrix4() },
    uKey: { value: new Vector3(...key.direction) },
    uKeyColor: { value: new Vector3(...key.radiance) },
    uRim: { value: new Vector3(...rim.direction) },
    uRimColor: { value: new Vector3(...rim.radiance) },
    uHarmonics: { value: irradianceHarmonics() },
    uConstant: { value: new Vector3(...constant) },
    uRoom: { value: gaussians.map(({ direction, sharpness }) => new Vector4(...direction, sharpness)) },
    uRoomColor: { value: gaussians.map(({ color }) => new Vector3(...color)) },
    uAccent: { value: new Color('#4cc2ff') },
    uPixel: { value: new Vector2(0.001, 0.001) },
    uWidth: { value: 2.6 },
    /** RAS: normal and offset; what lies on its positive side is drawn. */
    uClip: { value: new Vector4(0, 0, 0, 1) },
  };
}
export type Uniforms = ReturnType<typeof makeUniforms>;

/** One material per pass; all share `uniforms`. The caller disposes them. */
export function makeMaterials(uniforms: Uniforms) {
  const opaque = new ShaderMaterial({
    name: 'body',
    uniforms,
    vertexShader: bodyVertex,
    fragmentShader: bodyFragment,
    defines: { SHELL: 0, CLIP: 0 },
    side: DoubleSide,
  });
  const shell = new ShaderMaterial({
    name: 'body-shell',
    uniforms,
    vertexShader: bodyVertex,
    fragmentShader: bodyFragment,
    defines: { SHELL: 1, CLIP: 0 },
    side: FrontSide,
    transparent: true,
    depthWrite: false,
  });
  const depth = new ShaderMaterial({
    name: 'body-depth',
    uniforms,
    vertexShader: depthVertex,
    fragmentShader: depthFragment,
    defines: { CLIP: 0 },
    side: FrontSide,
    transparent: true,
    colorWrite: false,
    polygonOffset: true,
    polygonOffsetFactor: 1,
    polygonOffsetUnits: 1,
  });
  /** Depth of what is selected, both sides: its outline shows beside it, not through it nor through an open end. */
  const selectionDepth = new ShaderMaterial({
    name: 'body-selection-depth',
    uniforms,
    vertexShader: depthVertex,
    fragmentShader: depthFragment,
    defines: { CLIP: 0 },
    side: DoubleSide,
    transparent: true,
    colorWrite: false,
  });
  const outline = new ShaderMaterial({
    name: 'body-outline',
    uniforms,
    vertexShader: outlineVertex,
    fragmentShader: outlineFragment,
    defines: { CLIP: 0 },
    side: BackSide,
    transparent: true,
    depthWrite: false,
    toneMapped: false,
    polygonOffset: true,
    polygonOffsetFactor: 2,
    polygonOffsetUnits: 8,
  });
  return { opaque, shell, depth, selectionDepth, outline };
}
export type Materials = ReturnType<typeof makeMaterials>;
