/** Every job that a worker can run. Its type is its function's own; its module loads on first use. */
export const jobTable = {
  echo: async () => (await import('#compute/jobs/echo.ts')).echo,
  phantomTable: async () => (await import('#compute/jobs/phantomSlab.ts')).phantomTable,
  phantomSlab: async () => (await import('#compute/jobs/phantomSlab.ts')).phantomSlab,
  isosurfaceCounts: async () => (await import('#compute/jobs/isosurface.ts')).isosurfaceCounts,
  isosurfaceSlab: async () => (await import('#compute/jobs/isosurface.ts')).isosurfaceSlab,
  isosurfacePart: async () => (await import('#compute/jobs/isosurface.ts')).isosurfacePart,
  isosurfaceOf: async () => (await import('#compute/jobs/isosurface.ts')).isosurfaceOf,
  surfaceNetsSlab: async () => (await import('#compute/jobs/surfaceNets.ts')).surfaceNetsSlab,
  surfaceNetsMeshes: async () => (await import('#compute/jobs/surfaceNetsMeshes.ts')).surfaceNetsMeshes,
  segment: async () => (await import('#compute/jobs/segment/segment.ts')).segmentVolume,
  readVolume: async () => (await import('#compute/jobs/readVolume.ts')).readVolume,
  listSeries: async () => (await import('#compute/jobs/readVolume.ts')).listSeries,
  openScan: async () => (await import('#compute/jobs/openScan.ts')).openScan,
  guidedField: async () => (await import('#compute/jobs/guidedField.ts')).guidedField,
  bricks: async () => (await import('#compute/jobs/bricks.ts')).bricks,
  packSurfaces: async () => (await import('#compute/jobs/packSurfaces.ts')).packSurfaces,
  writeMeshes: async () => (await import('#compute/jobs/writeMeshes.ts')).writeMeshes,
  writeLabels: async () => (await import('#compute/jobs/writeLabels.ts')).writeLabels,
  upsampleLabels: async () => (await import('#compute/jobs/upsampleLabels.ts')).upsampleLabels,
  simplifyBricks: async () => (await import('#compute/jobs/simplifyBricks.ts')).simplifyBricks,
  simplifySeams: async () => (await import('#compute/jobs/simplifySeams.ts')).simplifySeams,
} as const;

export type Jobs = { [Name in keyof typeof jobTable]: Awaited<ReturnType<(typeof jobTable)[Name]>> };
