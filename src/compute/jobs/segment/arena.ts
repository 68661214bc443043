import { ensureBytes } from '#compute/loadKernel.ts';

/** Hands out 16-byte-aligned pieces of a WebAssembly memory above its first page. Pieces given back are joined and used again. */
export interface Arena {
  allocate(bytes: number): number;
  release(pointer: number): void;
}

export function createArena(memory: WebAssembly.Memory): Arena {
  const used = new Map<number, number>();
  const free: { at: number; bytes: number }[] = [];
  let top = 65536;

  return {
    allocate(bytes) {
      const size = Math.max(16, Math.ceil(bytes / 16) * 16);
      // The smallest piece that is large enough.
      let best = -1;
      for (let n = 0; n < free.length; n++) {
        const piece = free[n] as { bytes: number };
        if (piece.bytes >= size && (best < 0 || piece.bytes < (free[best] as { bytes: number }).bytes)) best = n;
      }
      const piece = free[best];
      if (piece) {
        const { at } = piece;
        piece.at += size;
        piece.bytes -= size;
        if (piece.bytes === 0) free.splice(best, 1);
        used.set(at, size);
        return at;
      }
      const at = top;
      top += size;
      // Kernels read a little past the end of what they were given.
      ensureBytes(memory, top + 256);
      used.set(at, size);
      return at;
    },
    release(pointer) {
      const bytes = used.get(pointer);
      if (bytes === undefined) throw new Error(`arena: ${pointer} is not in use`);
      used.delete(pointer);
      free.push({ at: pointer, bytes });
      free.sort((a, b) => a.at - b.at);
      for (let n = free.length - 1; n > 0; n--) {
        const [before, after] = [free[n - 1], free[n]] as [
          { at: number; bytes: number },
          { at: number; bytes: number },
        ];
        if (before.at + before.bytes !== after.at) continue;
        before.bytes += after.bytes;
        free.splice(n, 1);
      }
      const last = free.at(-1);
      if (last && last.at + last.bytes === top) {
        top = last.at;
        free.pop();
      }
    },
  };
}
