/** meshoptimizer's simplifier (its WebAssembly travels inside its module); loaded on first use, kept by the worker. */
export async function meshopt() {
  const { MeshoptSimplifier } = await import('meshoptimizer/simplifier');
  await MeshoptSimplifier.ready;
  return MeshoptSimplifier;
}
