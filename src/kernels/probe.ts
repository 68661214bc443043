/** Adds two vectors of four float32: answers whether this machine runs SIMD WebAssembly. All pointers are the caller's, 16 bytes each. */
export function addF32x4(a: usize, b: usize, target: usize): void {
  v128.store(target, f32x4.add(v128.load(a), v128.load(b)));
}
