import { VesaliusError } from '#core/errors.ts';
import type { ByteSource } from '../source.ts';
import { openBytes, type SourceHead } from '../sourceHead.ts';
import { type MeshFile, refuseMesh } from './meshData.ts';
import { type MeshFormatId, sniffMesh } from './sniffMesh.ts';

/** No mesh file that is read is longer. */
const LARGEST_MESH = 2 ** 30;

/** A mesh of any format, in the file's own space and unit. @throws VesaliusError naming the file */
export async function readMesh(head: SourceHead): Promise<MeshFile> {
  const format = sniffMesh(head);
  try {
    if (format === null) throw refuseMesh('mesh', 'format', 'STL, OBJ, PLY, VTK, VTP or GLB', 'another');
    return (await reader(format))(await wholeFile(head));
  } catch (thrown) {
    throw thrown instanceof VesaliusError ? thrown.in(head.source.name) : thrown;
  }
}

async function wholeFile({
  source,
  gzip,
}: {
  readonly source: ByteSource;
  readonly gzip: boolean;
}): Promise<Uint8Array<ArrayBuffer>> {
  if (!gzip && source.size !== null) {
    if (source.size > LARGEST_MESH)
      throw refuseMesh('mesh', 'size', `at most ${LARGEST_MESH} bytes`, source.size, 'too-large');
    return source.bytes(0, source.size);
  }
  const bytes = await openBytes(source, gzip);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (let run = await bytes.some(1 << 20); run; run = await bytes.some(1 << 20)) {
      length += run.length;
      if (length > LARGEST_MESH) throw refuseMesh('mesh', 'size', `at most ${LARGEST_MESH} bytes`, 'more', 'too-large');
      parts.push(run.slice());
    }
  } finally {
    await bytes.close();
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A reader is loaded when a file needs it. */
async function reader(format: MeshFormatId): Promise<(bytes: Uint8Array<ArrayBuffer>) => MeshFile> {
  switch (format) {
    case 'stl':
      return (await import('../stl/read.ts')).readStl;
    case 'obj':
      return (await import('../obj/read.ts')).readObj;
    case 'ply':
      return (await import('../ply/read.ts')).readPly;
    case 'vtk':
      return (await import('../vtk/readLegacy.ts')).readVtkLegacy;
    case 'vtp':
      return (await import('../vtk/readXml.ts')).readVtkXml;
    case 'glb':
      return (await import('../gltf/read.ts')).readGlb;
  }
}
