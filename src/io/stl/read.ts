import { latin1 } from '../format.ts';
import { type MeshData, type MeshFile, refuseMesh, spaceIn } from '../mesh/meshData.ts';

/** An STL, binary or text; corners that lie at one place are welded by whoever needs it. @throws VesaliusError without the file's name */
export function readStl(bytes: Uint8Array<ArrayBuffer>): MeshFile {
  const count =
    bytes.length >= 84 ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(80, true) : 0;
  const start = latin1(bytes, 0, 1024);
  // Some programs begin a binary file with "solid": its size tells.
  const text = /^\s*solid\b/.test(start) && (bytes.length !== 84 + 50 * count || count === 0);
  return text ? readText(bytes) : readBinary(bytes, count);
}

function readBinary(bytes: Uint8Array<ArrayBuffer>, count: number): MeshFile {
  if (bytes.length < 84) throw refuseMesh('STL', 'number of triangles', 'at least 84 bytes', bytes.length, 'truncated');
  const needed = 84 + 50 * count;
  if (bytes.length < needed)
    throw refuseMesh('STL', 'triangles', `${needed} bytes for ${count} triangles`, bytes.length, 'truncated');
  if (count === 0) throw refuseMesh('STL', 'number of triangles', 'at least 1', 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const positions = new Float32Array(9 * count);
  for (let t = 0; t < count; t++)
    for (let n = 0; n < 9; n++) positions[9 * t + n] = view.getFloat32(84 + 50 * t + 12 + 4 * n, true);
  const header = latin1(bytes, 0, 80).replace(/\0.*$/s, '');
  return { meshes: [soup('', positions)], ...spaceIn(header), warnings: [] };
}

const soup = (name: string, positions: Float32Array): MeshData => ({
  name,
  color: null,
  positions,
  triangles: Uint32Array.from({ length: positions.length / 3 }, (_, n) => n),
});

function readText(bytes: Uint8Array<ArrayBuffer>): MeshFile {
  const text = new TextDecoder('latin1').decode(bytes);
  const meshes: MeshData[] = [];
  const numbers: number[] = [];
  let [name, first, corners, open] = ['', '', 0, false];
  const close = () => {
    if (numbers.length > 0) meshes.push(soup(name, Float32Array.from(numbers)));
    numbers.length = 0;
    open = false;
  };
  for (let at = 0, line = 1; at < text.length; line++) {
    const end = text.indexOf('\n', at);
    const words = text.slice(at, end < 0 ? text.length : end).trim();
    at = end < 0 ? text.length : end + 1;
    if (/^vertex\b/i.test(words)) {
      const xyz = words.split(/\s+/).slice(1, 4).map(Number);
      if (xyz.length !== 3 || !xyz.every(Number.isFinite))
        throw refuseMesh('STL', `vertex, line ${line}`, 'three numbers', words.slice(0, 60));
      numbers.push(...xyz);
      corners++;
    } else if (/^endfacet\b/i.test(words)) {
      if (corners !== 3) throw refuseMesh('STL', `facet, line ${line}`, 'three vertices', corners);
      corners = 0;
    } else if (/^solid\b/i.test(words)) {
      close();
      const said = words.slice(5).trim().slice(0, 200);
      first ||= said;
      // What wrote the file is not what it shows.
      [name, open] = [/generated|created|export|output|^ascii$|SPACE=/i.test(said) ? '' : said, true];
    } else if (/^endsolid\b/i.test(words)) close();
  }
  if (corners !== 0 || open)
    throw refuseMesh('STL', 'endsolid', 'the end of the solid', 'the end of the file', 'truncated');
  if (meshes.length === 0) throw refuseMesh('STL', 'facet', 'at least one triangle', 'none');
  return { meshes, ...spaceIn(first), warnings: [] };
}
