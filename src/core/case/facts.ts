// The facts of a case document ('segments/ID/color' → value) as plain records: what a stored case is read by, without a Yjs
// document. state/caseItems.ts writes the facts.
import type { RecordKind } from './readRecord.ts';

export type FactValues = ReadonlyMap<string, unknown>;

/** Records of a version that may be an old one, living ones alone, in their order; and what stands once in the document. */
export interface FactRecords {
  readonly only: Readonly<Record<string, unknown>>;
  readonly records: Readonly<Record<RecordKind, readonly Readonly<Record<string, unknown>>[]>>;
}

/** Facts that say where a record stands, not what it is. */
const STANDING: ReadonlySet<string> = new Set(['alive', 'order', 'made']);

export function recordsOfFacts(facts: FactValues): FactRecords {
  const byRecord = new Map<string, Map<string, unknown>>();
  const only: Record<string, unknown> = {};
  for (const [key, value] of facts) {
    const [kind = '', id = '', field = ''] = key.split('/');
    if (kind === 'case') only[field] = value;
    const name = `${kind}/${id}`;
    byRecord.set(name, (byRecord.get(name) ?? new Map()).set(field, value));
  }
  const living = (kind: RecordKind) =>
    [...byRecord]
      .flatMap(([name, fields]) => {
        const [ofKind, id = ''] = name.split('/');
        return ofKind === kind && fields.get('alive') === true ? [{ id, fields }] : [];
      })
      .sort((a, b) => orderOf(a.fields) - orderOf(b.fields) || (a.id < b.id ? -1 : 1))
      .map(({ id, fields }) => {
        const made = fields.get('made');
        const changing = [...fields].filter(([field]) => !STANDING.has(field));
        return { ...(typeof made === 'object' ? made : {}), id, ...Object.fromEntries(changing) };
      });
  return {
    only,
    records: { volumes: living('volumes'), segments: living('segments'), measurements: living('measurements') },
  };
}

function orderOf(fields: ReadonlyMap<string, unknown>): number {
  const order = fields.get('order');
  return typeof order === 'number' ? order : 0;
}
