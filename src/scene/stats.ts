import type { WebGLRenderer } from 'three';

/** What the last drawn frame cost, all passes and both eyes, and how the last frames went. Times in ms. */
export interface SceneStats {
  readonly fps: number;
  /** From one frame to the next while frames follow one another; a still picture on the desk draws none. */
  readonly frameMs: { readonly p50: number; readonly p95: number };
  /** Our callbacks and three's own submission within a frame. */
  readonly jsFrameMs: { readonly p50: number; readonly p95: number };
  readonly drawCalls: number;
  readonly triangles: number;
  readonly gpuBytes: number;
}

const KEPT = 240;
/** Frames further apart than this do not follow one another: nothing moved in between. */
const STILL_MS = 250;

/** Rings of the last frames; nothing is allocated per frame. */
export class FrameMeter {
  private readonly starts = new Float64Array(KEPT);
  private readonly durations = new Float32Array(KEPT);
  private frames = 0;
  private startedMs = 0;
  private drawCalls = 0;
  private triangles = 0;

  begin(nowMs: number): void {
    this.startedMs = nowMs;
  }

  /** After the renderer has drawn: its counts are the frame's. */
  count(renderer: WebGLRenderer): void {
    this.drawCalls = renderer.info.render.calls;
    this.triangles = renderer.info.render.triangles;
  }

  end(nowMs: number): void {
    const at = this.frames % KEPT;
    this.starts[at] = this.startedMs;
    this.durations[at] = nowMs - this.startedMs;
    this.frames++;
  }

  /** Frames drawn since the beginning. */
  get drawn(): number {
    return this.frames;
  }

  read(nowMs: number, gpuBytes: number): SceneStats {
    const kept = Math.min(KEPT, this.frames);
    const intervals: number[] = [];
    let withinSecond = 0;
    for (let back = 0; back < kept; back++) {
      const start = this.starts[(this.frames - 1 - back) % KEPT] as number;
      if (nowMs - start <= 1000) withinSecond++;
      if (back + 1 >= kept) continue;
      const interval = start - (this.starts[(this.frames - 2 - back) % KEPT] as number);
      if (interval < STILL_MS) intervals.push(interval);
    }
    const durations = [...this.durations.subarray(0, kept)];
    return {
      fps: withinSecond,
      frameMs: { p50: quantile(intervals, 0.5), p95: quantile(intervals, 0.95) },
      jsFrameMs: { p50: quantile(durations, 0.5), p95: quantile(durations, 0.95) },
      drawCalls: this.drawCalls,
      triangles: this.triangles,
      gpuBytes,
    };
  }
}

function quantile(values: number[], share: number): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] as number;
}
