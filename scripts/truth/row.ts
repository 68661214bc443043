/** One quantity beside its value from outside. `limit` is how far `got` may be from `expected`, in `unit`. */
export interface TruthRow {
  readonly quantity: string;
  readonly case: string;
  readonly unit: string;
  readonly expected: number | string;
  readonly source: string;
  readonly got: number | string;
  readonly error: number;
  readonly limit: number;
  readonly pass: boolean;
}

type Given = Omit<TruthRow, 'error' | 'pass'>;

/** Letters and counts have to be equal; a number may be `limit` apart. */
export function row(given: Given): TruthRow {
  const { expected, got, limit } = given;
  const error =
    typeof expected === 'number' && typeof got === 'number' ? Math.abs(got - expected) : Number(got !== expected);
  return { ...given, error, pass: error <= limit };
}
