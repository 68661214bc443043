import { type FileParts, MESH_REMARK, type NamedMesh } from '../meshFile.ts';

/** Lines are gathered into pieces of about this many vertices or faces, so that no string grows without end. */
const PIECE = 20_000;

/** Wavefront OBJ with normals, one object per mesh. */
export function writeObj(meshes: readonly NamedMesh[]): FileParts {
  const encoder = new TextEncoder();
  const parts: Uint8Array<ArrayBufferLike>[] = [encoder.encode(`# ${MESH_REMARK}\n`)];
  let first = 1;
  for (const { name, mesh } of meshes) {
    parts.push(encoder.encode(`o ${name.replaceAll(/\s+/g, '_')}\n`));
    rows(mesh.positions, 'v');
    rows(mesh.normals, 'vn');
    pieces(mesh.triangles.length / 3, (t) => {
      const corner = (c: number) => `${(mesh.triangles[3 * t + c] as number) + first}`;
      const [a, b, c] = [corner(0), corner(1), corner(2)];
      return `f ${a}//${a} ${b}//${b} ${c}//${c}\n`;
    });
    first += mesh.positions.length / 3;
  }
  return parts;

  function rows(values: Float32Array<ArrayBufferLike>, word: string): void {
    pieces(
      values.length / 3,
      (v) => `${word} ${digits(values[3 * v])} ${digits(values[3 * v + 1])} ${digits(values[3 * v + 2])}\n`,
    );
  }

  function pieces(count: number, line: (n: number) => string): void {
    for (let start = 0; start < count; start += PIECE) {
      let text = '';
      for (let n = start; n < Math.min(count, start + PIECE); n++) text += line(n);
      parts.push(encoder.encode(text));
    }
  }
}

/** Enough digits to bring a float32 back exactly. */
function digits(value: number | undefined): string {
  return Number((value as number).toPrecision(9)).toString();
}
