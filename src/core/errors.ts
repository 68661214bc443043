/** What went wrong, as a closed set that callers may switch on. */
export type VesaliusErrorCode =
  | 'usage' // the call itself is wrong: unknown option, method or extension, a value that is not a number
  | 'format' // the bytes are not what the format says
  | 'truncated' // the data end before they should
  | 'checksum'
  | 'unsupported' // well formed, but of a kind that is not read
  | 'too-large'
  | 'missing' // a file, a folder, a series that is not there
  | 'io' // the operating system or the network said no
  | 'empty-segment'
  | 'geometry'
  | 'method' // a segmentation method cannot run on this input
  | 'registration-failed' // two scans could not be laid on one another
  | 'version'
  | 'needs-gesture'
  | 'no-headset'
  | 'xr'
  | 'cancelled'
  | 'not-open'
  | 'internal';

/** Of 'too-large': what a volume needs, what there is, and the smallest factor of a coarser reading that fits. */
export interface MemoryShortage {
  readonly needBytes: number;
  readonly limitBytes: number;
  readonly coarser: 2 | 3 | 4 | null;
}

export interface VesaliusErrorFields {
  readonly code: VesaliusErrorCode;
  /** What was being done or read, in words: "NIfTI rank". */
  readonly what: string;
  /** Where it is, in the file's own names: "dim[0]", "PixelSpacing". */
  readonly where: string;
  readonly expected: string;
  readonly got: string | number;
  /** The file, folder or URL as it was given. May name a patient: on screen yes, in logs no. */
  readonly file?: string;
  readonly memory?: MemoryShortage;
}

/** Words of a damaged file may be anything: one line, nothing that a terminal obeys, and not without end. */
function printable(words: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  const clean = words.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, '\ufffd');
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}
const LONGEST = 300;

/** The one error class. Its message is the command line's: `FILE: FIELD: expected …, got …`. */
export class VesaliusError extends Error {
  readonly code: VesaliusErrorCode;
  readonly what: string;
  readonly where: string;
  readonly expected: string;
  readonly got: string | number;
  readonly file: string | undefined;
  readonly memory: MemoryShortage | undefined;

  constructor(fields: VesaliusErrorFields) {
    const [where, expected] = [printable(fields.where), printable(fields.expected)];
    const got = typeof fields.got === 'number' ? fields.got : printable(fields.got);
    const place = fields.file === undefined ? where : `${printable(fields.file)}: ${where}`;
    super(`${place}: expected ${expected}, got ${got}`);
    this.name = 'VesaliusError';
    this.code = fields.code;
    this.what = fields.what;
    this.where = where;
    this.expected = expected;
    this.got = got;
    this.file = fields.file;
    this.memory = fields.memory;
  }

  /** The same error, said of `file`, unless it names one already. */
  in(file: string): VesaliusError {
    return this.file === undefined ? new VesaliusError({ ...fieldsOf(this), file }) : this;
  }
}

/** Plain fields, as they cross a worker's border. */
export function fieldsOf(error: VesaliusError): VesaliusErrorFields {
  const { code, what, where, expected, got, file, memory } = error;
  return { code, what, where, expected, got, ...(file !== undefined && { file }), ...(memory && { memory }) };
}

/** Any thrown value as a VesaliusError; what is not one already becomes `internal`. */
export function asVesaliusError(thrown: unknown): VesaliusError {
  if (thrown instanceof VesaliusError) return thrown;
  const got = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new VesaliusError({ code: 'internal', what: 'work', where: 'program', expected: 'no failure', got });
}
