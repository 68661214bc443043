// The one material of the body, in words for the GPU. Light is computed in the frame of the rig: x right, y up, z to the viewer.
import { gaussians } from './light.ts';

/** ±0.5/255 of ordered noise after the colour conversion, so that dark gradients do not band. Source: Jimenez 2014. */
export const dither = /* glsl */ `
vec3 dithered(vec3 color) {
  float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(.06711056, .00583715))));
  return color + (noise - .5) / 255.;
}`;

/** CLIP 1: only the side of the plane where uClip·(RAS mm, 1) ≥ 0 is drawn. */
const clipVertex = /* glsl */ `
#if CLIP == 1
uniform vec4 uClip;
varying float vClip;
#endif`;
const clipFragment = /* glsl */ `
#if CLIP == 1
varying float vClip;
#endif`;
const clipped = /* glsl */ `
#if CLIP == 1
  if (vClip < 0.) discard;
#endif`;
const clipDistance = /* glsl */ `
#if CLIP == 1
  vClip = dot(uClip, vec4((uRasFromWorld * modelMatrix * vec4(position, 1.)).xyz, 1.));
#endif`;

const decodeAndTable = /* glsl */ `
attribute float aSlot;
attribute vec4 aNormals;
uniform highp sampler2D uLook;
flat varying int vSlot;
vec3 octahedral(vec2 e) {
  e = e * 2. - 1.;
  vec3 n = vec3(e, 1. - abs(e.x) - abs(e.y));
  float fold = max(-n.z, 0.);
  n.x += n.x >= 0. ? -fold : fold;
  n.y += n.y >= 0. ? -fold : fold;
  return normalize(n);
}`;

export const bodyVertex = /* glsl */ `
${decodeAndTable}
${clipVertex}
attribute vec4 aLight;
uniform mat4 uRasFromWorld;
varying vec3 vWorld;
varying vec3 vMm;
varying vec3 vNormalRas;
varying vec3 vOpenRas;
varying vec3 vLight;
void main() {
  vSlot = int(aSlot + .5);
  vec4 world = modelMatrix * vec4(position, 1.);
  vWorld = world.xyz;
  vMm = (uRasFromWorld * world).xyz;
  vNormalRas = octahedral(aNormals.xy);
  vOpenRas = octahedral(aNormals.zw);
${clipDistance}
  vLight = vec3(aLight.x, aLight.y * 2. - 256. / 255., aLight.z);
  gl_Position = projectionMatrix * viewMatrix * world;
}`;

/** SHELL 1: translucent, alpha grows towards the edge. */
export const bodyFragment = /* glsl */ `
uniform highp sampler2D uLook;
uniform highp sampler3D uGrain;
uniform float uGrainOn;
uniform mat3 uRigFromRas;
uniform mat3 uRigFromWorld;
uniform vec3 uKey;
uniform vec3 uKeyColor;
uniform vec3 uRim;
uniform vec3 uRimColor;
uniform vec3 uHarmonics[9];
uniform vec3 uConstant;
uniform vec4 uRoom[${gaussians.length}];
uniform vec3 uRoomColor[${gaussians.length}];
uniform vec3 uAccent;
varying vec3 vWorld;
varying vec3 vMm;
varying vec3 vNormalRas;
varying vec3 vOpenRas;
varying vec3 vLight;
flat varying int vSlot;
${clipFragment}
#if CLIP == 1
uniform vec4 uClip;
#endif
${dither}
vec3 irradiance(vec3 d) {
  return max(vec3(0.), uHarmonics[0] * .282095 + .488603 * (uHarmonics[1] * d.y + uHarmonics[2] * d.z + uHarmonics[3] * d.x)
    + 1.092548 * (uHarmonics[4] * (d.x * d.y) + uHarmonics[5] * (d.y * d.z) + uHarmonics[7] * (d.x * d.z))
    + uHarmonics[6] * (.315392 * (3. * d.z * d.z - 1.)) + uHarmonics[8] * (.546274 * (d.x * d.x - d.y * d.y)));
}
vec3 room(vec3 d, float rough) {
  vec3 sum = uConstant;
  float lobe = 1. / (2.5 * rough * rough * rough * rough + .02);
  for (int n = 0; n < ${gaussians.length}; n++) {
    float wide = uRoom[n].w * lobe / (uRoom[n].w + lobe);
    sum += uRoomColor[n] * (exp(wide * (dot(d, uRoom[n].xyz) - 1.)) * wide / uRoom[n].w);
  }
  return sum;
}
void main() {
${clipped}
  vec4 color = texelFetch(uLook, ivec2(vSlot, 0), 0);
  vec4 surface = texelFetch(uLook, ivec2(vSlot, 1), 0);
  vec4 fibre = texelFetch(uLook, ivec2(vSlot, 2), 0);
  vec4 state = texelFetch(uLook, ivec2(vSlot, 3), 0);
  float rough = surface.x, wrap = surface.y, facing = gl_FrontFacing ? 1. : -1.;
  vec3 base = color.rgb;
  vec3 smoothRas = normalize(vNormalRas) * facing, nRas = smoothRas;
  float ao = clamp(vLight.x, 0., 1.), concave = clamp(vLight.y, -1., 1.) * facing, depth = vLight.z;
  vec3 openRas = normalize(vOpenRas) * facing;
  if (facing < 0.) {
#if CLIP == 1
    // Seen through the cut, the inside stands for the cut itself: a flat face of the tissue.
    nRas = smoothRas = openRas = -uClip.xyz;
    ao = .85;
    concave = 0.;
    base = mix(base, base * base * 1.1, .35);
#else
    ao *= .45;
#endif
  }
  if (uGrainOn > 0. && surface.w + state.z > 0.) {
    vec3 axis = fibre.xyz;
    float stretch = max(fibre.w, 0.);
    vec3 q = (vMm - axis * (dot(vMm, axis) * stretch)) * surface.z;
    vec4 a = texture(uGrain, q), b = texture(uGrain, q * 2.7 + .37);
    vec3 g = (a.xyz - .5) + .6 * (b.xyz - .5);
    g -= axis * (dot(g, axis) * stretch);
    g -= nRas * dot(g, nRas);
    nRas = normalize(nRas - g * (surface.w * uGrainOn));
    base *= 1. + ((a.a - .5) + .5 * (b.a - .5)) * (state.z * uGrainOn);
  }
  if (fibre.w < 0.) {
    float stripe = dot(vMm, vec3(.57735)) / 3.2, blur = fwidth(stripe);
    base *= mix(1., .38, smoothstep(.62 - blur, .62 + blur, abs(fract(stripe) * 2. - 1.)) * (1. - smoothstep(.3, .9, blur)));
  }
  vec3 n = uRigFromRas * nRas;
  vec3 bent = uRigFromRas * openRas;
  vec3 v = uRigFromWorld * normalize(cameraPosition - vWorld);
  float nv = clamp(dot(n, v), 0., 1.);

  base = mix(base, base * base * 1.05, max(concave, 0.) * .75);
  base = mix(base, base * 1.12 + .02, max(-concave, 0.) * .55);
  vec3 colored = max(vec3(ao), ((ao * (2.0404 * base - .3324) + (-4.7951 * base + .6417)) * ao + (2.7552 * base + .6903)) * ao);
  vec3 diffuse = irradiance(normalize(mix(n, bent, .5))) * colored;
  float cone = sqrt(1. - ao);
  float open = mix(smoothstep(cone - .45, cone + .35, dot(bent, uKey)), 1., .08);
  vec3 soft = wrap * (1. + .6 * (1. - depth)) * mix(vec3(1.), vec3(1., .42, .28), .6);
  vec3 keyColor = uKeyColor * state.w;
  diffuse += keyColor * clamp((dot(n, uKey) + soft) / ((1. + soft) * (1. + soft)), 0., 1.) * open;
  diffuse += uRimColor * clamp((dot(n, uRim) + wrap * .5) / (1. + wrap), 0., 1.) * smoothstep(.02, .6, ao) * .8;

  float occlusion = clamp(pow(nv + ao, exp2(-16. * rough - 1.)) - 1. + ao, 0., 1.);
  vec3 half_ = normalize(v + uKey);
  float nh = clamp(dot(n, half_), 0., 1.), lh = clamp(dot(uKey, half_), 0., 1.), a2 = rough * rough * rough * rough;
  float d = a2 / pow(nh * nh * (a2 - 1.) + 1., 2.);
  float fresnel = .04 + .96 * pow(1. - nv, 5.) * (1. - rough) * .7;
  vec3 specular = keyColor * (d / (4. * lh * lh * (rough + .5) + 1e-4)) * .04 * max(dot(n, uKey), 0.) * open * .55
    + room(reflect(-v, n), rough) * (fresnel * occlusion);
  vec3 outColor = base * diffuse + specular;
  float alpha = 1.;
#if SHELL == 1
  float edge = pow(1. - clamp(dot(uRigFromRas * smoothRas, v), 0., 1.), 1.8);
  alpha = mix(color.a * mix(.35, 1., smoothstep(.3, 1., color.a)), min(max(.92, color.a), 3.4 * color.a), edge);
  outColor = outColor * (1. + .5 * edge) + base * (.10 + .42 * edge) * (1. - color.a * color.a);
#endif
  // A flat cut seen at a grazing angle would fill with accent: only the grain-free normal counts, and flats get half.
  float glow = pow(1. - clamp(dot(uRigFromRas * smoothRas, v), 0., 1.), 2.5);
  outColor = mix(outColor, outColor * 1.1 + uAccent * (.05 + .6 * glow), state.x);
  float luma = dot(outColor, vec3(.2126, .7152, .0722));
  // The tone curve pushes strong colours further: those of vessels are held back more than those of bone.
  float strongest = max(max(color.r, color.g), color.b), chroma = (strongest - min(min(color.r, color.g), color.b)) / max(strongest, 1e-3);
  outColor = mix(vec3(luma), outColor, .9 - .13 * chroma * chroma);
  gl_FragColor = vec4(outColor, alpha);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
  gl_FragColor.rgb = dithered(gl_FragColor.rgb);
}`;

/** Depth alone. */
export const depthVertex = /* glsl */ `
${clipVertex}
uniform mat4 uRasFromWorld;
void main() {
${clipDistance}
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.);
}`;
export const depthFragment = /* glsl */ `
${clipFragment}
void main() {
${clipped}
  gl_FragColor = vec4(0.);
}`;

/** The same surface, pushed outwards by a constant number of pixels; seen from behind it is an outline. */
export const outlineVertex = /* glsl */ `
${decodeAndTable}
${clipVertex}
uniform mat4 uRasFromWorld;
uniform vec2 uPixel;
uniform float uWidth;
void main() {
${clipDistance}
  vSlot = int(aSlot + .5);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.);
  vec3 n = mat3(modelViewMatrix) * octahedral(aNormals.xy);
  vec2 away = (projectionMatrix * vec4(n, 0.)).xy / uPixel;
  away /= max(length(away), 1e-6);
  gl_Position.xy += away * uPixel * (uWidth * gl_Position.w);
}`;
export const outlineFragment = /* glsl */ `
uniform vec3 uAccent;
${clipFragment}
void main() {
${clipped}
  gl_FragColor = vec4(uAccent, 1.);
  #include <colorspace_fragment>
}`;
