import { parseArgs } from 'node:util';
import { VesaliusError } from '#core/errors.ts';
import { type Coarser, coarsers } from '#core/volume/coarser.ts';

export interface OptionShape {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
}

export interface CommandLine {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  /** A finite number; `whole` asks for a whole one, `min` and `max` bound it. */
  number(name: string, limits?: NumberLimits): number | undefined;
  /** Groups of numbers written `1,2,3`. */
  points(name: string): [number, number, number][];
  required(name: string): string;
  /** --coarser: voxels along each axis that become one. */
  coarser(): Coarser | undefined;
}
export interface NumberLimits {
  readonly whole?: boolean;
  readonly min?: number;
  readonly max?: number;
}

/** Wrong usage: exit code 2. */
export function usage(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'usage', what: 'command line', where, expected, got });
}

/** Options take a value after a space or `=`; a value may begin with a minus sign (`--iso -300`, `--at -1,2,3`). */
export function parseCommandLine(args: readonly string[], options: Readonly<Record<string, OptionShape>>): CommandLine {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: joinNegative(args, options), options, allowPositionals: true, strict: true });
  } catch (thrown) {
    const code = (thrown as { code?: string }).code ?? '';
    const message = (thrown as Error).message;
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw usage('option', `one of ${names(options)}`, /'([^']*)'/.exec(message)?.[1] ?? message);
    throw usage('option', 'a value where one is needed', message.split('.')[0] ?? message);
  }
  const values = parsed.values as Record<string, string | boolean | string[] | undefined>;
  const line: CommandLine = {
    positionals: parsed.positionals,
    text: (name) => values[name] as string | undefined,
    texts: (name) => (values[name] as string[] | undefined) ?? [],
    flag: (name) => values[name] === true,
    number: (name, limits) => {
      const text = line.text(name);
      return text === undefined ? undefined : toNumber(`--${name}`, text, limits);
    },
    points: (name) =>
      line.texts(name).map((text) => {
        const numbers = text.split(',').map((part) => toNumber(`--${name}`, part));
        if (numbers.length !== 3) throw usage(`--${name}`, 'three numbers: R,A,S in mm', text);
        return numbers as [number, number, number];
      }),
    required: (name) => {
      const text = line.text(name);
      if (text === undefined) throw usage(`--${name}`, 'a value', 'nothing');
      return text;
    },
    coarser: () => {
      const text = line.text('coarser');
      const factor = coarsers.find((each) => String(each) === text);
      if (text !== undefined && factor === undefined) throw usage('--coarser', coarsers.join(', '), text);
      return factor;
    },
  };
  return line;
}

export function toNumber(where: string, text: string, { whole = false, min, max }: NumberLimits = {}): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value)))
    throw usage(where, whole ? 'a whole number' : 'a number', text);
  if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
    throw usage(where, max === undefined ? `at least ${min}` : `${min} to ${max}`, text);
  }
  return value;
}

const names = (options: object) =>
  Object.keys(options)
    .map((name) => `--${name}`)
    .join(' ');

/** parseArgs takes `--iso -300` for two options: the two words are joined where the second is a negative number. */
function joinNegative(args: readonly string[], options: Readonly<Record<string, OptionShape>>): string[] {
  const joined: string[] = [];
  for (let n = 0; n < args.length; n++) {
    const [word, next] = [args[n] as string, args[n + 1]];
    const takesValue = word.startsWith('--') && !word.includes('=') && options[word.slice(2)]?.type === 'string';
    if (takesValue && next !== undefined && /^-[\d.]/.test(next)) {
      joined.push(`${word}=${next}`);
      n++;
    } else joined.push(word);
  }
  return joined;
}
