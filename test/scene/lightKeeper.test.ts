import { afterAll, describe, expect, it, vi } from 'vitest';
import { createPool, type Pool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { OPENNESS, packChunk } from '#core/mesh/pack.ts';
import { createLightKeeper } from '#scene/lightKeeper.ts';
import { fakeSegment, fakeViewer } from './fakeViewer.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const dims = [48, 48, 48] as const;
/** A plate (1) with a lid (2) 6 mm over it. */
function plateUnderLid() {
  const dense = new Uint8Array(48 ** 3);
  for (let k = 0; k < 48; k++) dense.fill(k < 18 ? 1 : k >= 24 && k < 30 ? 2 : 0, 2304 * k, 2304 * (k + 1));
  return labelmapFromDense(dense, dims);
}
const probe = (z: number): Mesh => ({
  positions: new Float32Array([24, 24, z, 24.1, 24, z, 24, 24.1, z]),
  normals: new Float32Array([0, 0, 1, 0, 0, 1, 0, 0, 1]),
  triangles: new Uint32Array([0, 1, 2]),
});
function scene() {
  const viewer = fakeViewer({
    dims,
    rasFromIjk: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    segments: [fakeSegment(1), fakeSegment(2)],
    chunks: [
      packChunk(
        [
          { slot: 1, mesh: probe(17.5) },
          { slot: 2, mesh: probe(29.5) },
        ],
        'c',
        'full',
      ),
    ],
    labels: plateUnderLid(),
  });
  const keeper = createLightKeeper(pool, viewer);
  const openness = () => viewer.surfaces.getState().chunks.get('c')?.light[OPENNESS] ?? -1;
  return { viewer, keeper, openness };
}

describe('the light keeper', () => {
  it('bakes what is there, and again when what cast a shadow is hidden, thinned or cut off', async () => {
    const { viewer, keeper, openness } = scene();
    expect(openness()).toBe(255);
    await keeper.settled();
    expect(openness()).toBeLessThan(110);
    const { contact } = keeper.store.getState();
    expect(contact?.openness.length).toBe(96 * 96);
    viewer.case.verbs.setVisible(['s2'], false);
    await keeper.settled();
    expect(openness()).toBeGreaterThan(240);
    viewer.case.verbs.setVisible(['s2'], true);
    await keeper.settled();
    expect(openness()).toBeLessThan(110);
    // What is translucent takes no light.
    viewer.case.verbs.setOpacity('s2', 0.5);
    await keeper.settled();
    expect(openness()).toBeGreaterThan(240);
    viewer.case.verbs.setOpacity('s2', 1);
    viewer.view.verbs.set({ clip: { point: [0, 0, 21], normal: [0, 0, -1] } });
    await keeper.settled();
    expect(openness()).toBeGreaterThan(240);
    keeper.dispose();
  });

  it('bakes nothing twice, and not for a change that light does not depend on', async () => {
    const { viewer, keeper } = scene();
    await keeper.settled();
    const { light } = viewer.surfaces.getState().chunks.get('c') ?? {};
    viewer.case.verbs.setSegment('s1', { color: '#00ff00', name: 'other' });
    viewer.view.verbs.set({ selection: ['s1'] });
    await keeper.settled();
    expect(viewer.surfaces.getState().chunks.get('c')?.light).toBe(light);
    keeper.dispose();
  });

  it('is settled when a bake has failed, and tries again with the next change', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { viewer } = scene();
    let tried = 0;
    const failing = { size: 1, close: () => undefined, run: () => Promise.reject(new Error(`no ${++tried}`)) };
    const keeper = createLightKeeper(failing as unknown as Pool, viewer);
    await keeper.settled();
    const before = tried;
    expect(before).toBeGreaterThan(0);
    viewer.case.verbs.setVisible(['s2'], false);
    await keeper.settled();
    expect(tried).toBeGreaterThan(before);
    keeper.dispose();
    warned.mockRestore();
  });

  it('never gives a chunk that was made anew the light of the old one', async () => {
    const { viewer, keeper, openness } = scene();
    const settled = keeper.settled();
    const anew = packChunk([{ slot: 1, mesh: probe(40) }], 'c', 'full');
    viewer.surfaces.put(anew);
    await settled;
    await keeper.settled();
    const chunk = viewer.surfaces.getState().chunks.get('c');
    expect(chunk?.place).toBe(anew.place);
    expect(chunk?.light.length).toBe(anew.light.length);
    // Above the lid nothing is in the way.
    expect(openness()).toBeGreaterThan(240);
    keeper.dispose();
  });
});
