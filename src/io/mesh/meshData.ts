import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import type { Warning } from '#core/warnings.ts';

/** One mesh of a file, in the file's own space and unit. */
export interface MeshData {
  readonly name: string;
  readonly color: `#${string}` | null;
  /** 3 a vertex. */
  readonly positions: Float64Array<ArrayBufferLike> | Float32Array<ArrayBufferLike>;
  /** 3 a triangle; polygons as fans. */
  readonly triangles: Uint32Array<ArrayBufferLike>;
}

/** What a reader of meshes gives. */
export interface MeshFile {
  readonly meshes: readonly MeshData[];
  /** As the file says; null where it does not. `gltf`: x right, y up, z backwards. */
  readonly space: 'ras' | 'lps' | 'gltf' | null;
  /** Millimetres in one unit of the file; null where it does not say. */
  readonly unitMm: number | null;
  /** What it says of space and unit was written by a program that means it: its size is not questioned. */
  readonly sure: boolean;
  readonly warnings: readonly Warning[];
}

/** What a file's comment says of its space: ours in words, 3D Slicer's as SPACE=LPS. */
export function spaceIn(comment: string): Pick<MeshFile, 'space' | 'unitMm' | 'sure'> {
  if (comment.includes('Vesalius: RAS millimetres')) return { space: 'ras', unitMm: 1, sure: true };
  const said = /\bSPACE\s*=\s*(LPS|RAS)\b/.exec(comment)?.[1];
  return {
    space: said === 'LPS' ? 'lps' : said === 'RAS' ? 'ras' : null,
    unitMm: said ? 1 : null,
    sure: said !== undefined,
  };
}

export function refuseMesh(
  what: string,
  where: string,
  expected: string,
  got: string | number,
  code: VesaliusErrorCode = 'format',
): VesaliusError {
  return new VesaliusError({ code, what, where, expected, got });
}

/** Triangles of polygons, each a fan around its first corner. */
export class Fans {
  #triangles = new Uint32Array(3072);
  #length = 0;

  /** @throws VesaliusError where a corner is no vertex */
  add(corner: (n: number) => number, count: number, vertices: number, what: string, where: string): void {
    for (let n = 0; n < count; n++) {
      const index = corner(n);
      if (!(Number.isInteger(index) && index >= 0 && index < vertices))
        throw refuseMesh(what, where, `vertices from 0 to ${vertices - 1}`, index);
    }
    for (let n = 2; n < count; n++) {
      if (this.#length + 3 > this.#triangles.length) {
        const wider = new Uint32Array(2 * this.#triangles.length);
        wider.set(this.#triangles);
        this.#triangles = wider;
      }
      this.#triangles[this.#length++] = corner(0);
      this.#triangles[this.#length++] = corner(n - 1);
      this.#triangles[this.#length++] = corner(n);
    }
  }

  /** A strip of triangles, every second one turned. */
  addStrip(corner: (n: number) => number, count: number, vertices: number, what: string, where: string): void {
    for (let n = 2; n < count; n++) {
      const [a, b] = n % 2 === 0 ? [n - 2, n - 1] : [n - 1, n - 2];
      this.add((m) => corner([a, b, n][m] as number), 3, vertices, what, where);
    }
  }

  get length(): number {
    return this.#length;
  }

  done(): Uint32Array {
    return this.#triangles.slice(0, this.#length);
  }
}
