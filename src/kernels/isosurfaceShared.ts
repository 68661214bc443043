// The isosurface kernel over shared memory: several workers write one mesh. Named …Shared, it is built for such memory.
export * from './isosurface';
