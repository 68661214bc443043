import { Fans, type MeshData, type MeshFile, refuseMesh, spaceIn } from '../mesh/meshData.ts';

/** A Wavefront OBJ: each object or group with faces is a mesh; polygons become fans. @throws VesaliusError without the file's name */
export function readObj(bytes: Uint8Array<ArrayBuffer>): MeshFile {
  const text = new TextDecoder().decode(bytes);
  const vertices: number[] = [];
  const parts = new Map<string, Fans>();
  const order: string[] = [];
  let [part, comment] = ['', ''];
  for (let at = 0, line = 1; at < text.length; line++) {
    const end = text.indexOf('\n', at);
    const words = text.slice(at, end < 0 ? text.length : end).trim();
    at = end < 0 ? text.length : end + 1;
    if (words.startsWith('#')) {
      if (comment.length < 4096) comment += `${words}\n`;
      continue;
    }
    const [key, ...rest] = words.split(/\s+/);
    if (key === 'v') {
      const xyz = rest.slice(0, 3).map(Number);
      if (xyz.length !== 3 || !xyz.every(Number.isFinite))
        throw refuseMesh('OBJ', `v, line ${line}`, 'three numbers', words.slice(0, 60));
      vertices.push(...xyz);
    } else if (key === 'o' || key === 'g') part = rest.join(' ').slice(0, 200);
    else if (key === 'f') {
      if (rest.length < 3) throw refuseMesh('OBJ', `f, line ${line}`, 'at least three corners', rest.length);
      let fans = parts.get(part);
      if (!fans) {
        fans = new Fans();
        parts.set(part, fans);
        order.push(part);
      }
      const count = vertices.length / 3;
      const corner = (n: number) => {
        const index = Number((rest[n] as string).split('/')[0]);
        return index < 0 ? count + index : index - 1;
      };
      fans.add(corner, rest.length, count, 'OBJ', `f, line ${line}`);
    }
  }
  const positions = Float64Array.from(vertices);
  const space = spaceIn(comment);
  // Names of several words are written with _ here.
  const named = (name: string) => (comment.includes('Vesalius') ? name.replaceAll('_', ' ') : name);
  const meshes = order.map((name): MeshData => own(named(name), positions, (parts.get(name) as Fans).done()));
  if (meshes.length === 0) throw refuseMesh('OBJ', 'f', 'at least one face', 'none');
  return { meshes, ...space, warnings: [] };
}

/** The vertices that the triangles use, in their order. */
export function own(
  name: string,
  positions: MeshData['positions'],
  triangles: Uint32Array,
  color: MeshData['color'] = null,
): MeshData {
  const place = new Map<number, number>();
  const kept: number[] = [];
  const numbered = triangles.map((vertex) => {
    const known = place.get(vertex);
    if (known !== undefined) return known;
    place.set(vertex, place.size);
    kept.push(
      positions[3 * vertex] as number,
      positions[3 * vertex + 1] as number,
      positions[3 * vertex + 2] as number,
    );
    return place.size - 1;
  });
  return { name, color, positions: Float64Array.from(kept), triangles: numbered };
}
