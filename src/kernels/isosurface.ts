// Isosurface of a slab of voxels. Rows become bits (inside or not), cut edges are where bits differ, and everything but the
// vertices themselves works on words of bits. Vertices of a plane: along i, then j, then k, rows in order. Twin: test/twin/isosurface.ts
// Source: Schroeder, Maynard, Geveci, Flying Edges, LDAV 2015 (numbering along edges); Lorensen & Cline 1987 (cases).
//
// A word holds voxels 63·w … 63·w + 63: its last bit is the next word's first, so a cell never needs two words.

export { bitsU8, bitsI16, bitsU16, bitsF32, boundF32 } from './isosurface/bits';
export { countPlane } from './isosurface/counts';
export { verticesU8, verticesI16, verticesU16, verticesF32 } from './isosurface/vertices';
export { triangles } from './isosurface/triangles';

/** First byte that the caller may use. */
export function heapBase(): usize {
  return __heap_base;
}

/** Moves bytes; the ranges may overlap. */
export function move(target: usize, source: usize, bytes: usize): void {
  memory.copy(target, source, bytes);
}
