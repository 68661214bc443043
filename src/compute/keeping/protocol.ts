// What the page and the worker that keeps its cases say to each other.
import type { VesaliusErrorFields } from '#core/errors.ts';
import type { StoredAct } from '#io/stored/act.ts';
import type { ArraysHead } from '#io/stored/arrays.ts';
import type { StoredCaseEntry } from '#io/stored/listCases.ts';
import type { LoadedCase } from '#io/stored/loadCase.ts';
import type { StoredArrays } from './arraysFile.ts';
import type { NamedLabels } from './caseWriter.ts';

export type ToKeeper =
  /** From here on acts belong to this case. */
  | {
      readonly kind: 'begin';
      readonly id: string;
      readonly title: string;
      readonly base: StoredAct;
      readonly labels: readonly NamedLabels[];
      /** Damaged files of its folder that stay. */
      readonly aside: readonly string[];
    }
  | { readonly kind: 'act'; readonly act: StoredAct; readonly labels: readonly NamedLabels[] }
  /** Of the case that was begun last. `arrays` null: they are not in shared memory, and are asked for in pieces. */
  | {
      readonly kind: 'arrays';
      readonly file: 'volume' | 'field';
      readonly id: string;
      readonly head: ArraysHead;
      readonly arrays: readonly Uint8Array<ArrayBufferLike>[] | null;
    }
  | { readonly kind: 'piece'; readonly want: number; readonly bytes: Uint8Array<ArrayBuffer> | null }
  | { readonly kind: 'retry' }
  | { readonly kind: 'ask'; readonly call: number; readonly ask: Ask };

export type Ask =
  | { readonly what: 'list' }
  | { readonly what: 'load'; readonly id: string }
  | {
      readonly what: 'arrays';
      readonly id: string;
      readonly file: 'volume' | 'field';
      readonly of: string;
      readonly shared: boolean;
    }
  | { readonly what: 'remove'; readonly id: string }
  | { readonly what: 'picture'; readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> };

export interface Answers {
  list: readonly StoredCaseEntry[];
  load: LoadedCase;
  arrays: StoredArrays | null;
  remove: null;
  picture: null;
}

/** 'full': no room; 'failed': another reason. Both are tried again by themselves, and nothing is lost meanwhile. */
export type SaveState = 'saving' | 'saved' | 'full' | 'failed';

export type FromKeeper =
  | { readonly kind: 'state'; readonly save: SaveState; readonly reason: string }
  /** A copy of a piece, please. */
  | {
      readonly kind: 'want';
      readonly want: number;
      readonly file: 'volume' | 'field';
      readonly id: string;
      readonly array: number;
      readonly start: number;
      readonly length: number;
    }
  | { readonly kind: 'answer'; readonly call: number; readonly result: Answers[keyof Answers] }
  | { readonly kind: 'refused'; readonly call: number; readonly error: VesaliusErrorFields };
