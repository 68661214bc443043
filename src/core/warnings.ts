/** A fact about a case that its user has to know: what was found, where, and what was kept. Never silent, never fatal. */
export interface Warning {
  /** Stable, kebab-case: 'qform-sform-differ'. */
  readonly code: string;
  /** In the file's own names: 'sform_code', 'PixelSpacing'. */
  readonly where: string;
  /** What was kept or done: 'sform'. */
  readonly kept: string;
  /** One English sentence. */
  readonly text: string;
}
