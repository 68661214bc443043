import { asVesaliusError } from '#core/errors.ts';
import { clearStep } from './progress.ts';

/** A command of the command line. `run` prints its own report and throws VesaliusErrors. */
export interface Command {
  readonly help: string;
  run(args: readonly string[]): Promise<void>;
}

/** Loaded when asked for: a command starts with its own code and no other's. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  info: async () => (await import('./commands/info.ts')).info,
  phantom: async () => (await import('./commands/phantom.ts')).phantom,
  segment: async () => (await import('./commands/segment.ts')).segmentCommand,
  mesh: async () => (await import('./commands/mesh.ts')).meshCommand,
  prepare: async () => (await import('./commands/prepare.ts')).prepare,
  register: async () => (await import('./commands/register.ts')).registerCommand,
  methods: async () => (await import('./commands/methods.ts')).methodsCommand,
  serve: async () => (await import('./commands/serve.ts')).serve,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
};

const HELP = `vesalius: from a CT or MR scan to anatomy. For research, education and rehearsal; not for diagnosis.

  vesalius info     <input>                      what is in a scan: series, dims, axes, warnings, values
  vesalius phantom  --case thorax --out ct.nii.gz --labels truth.nii.gz
                                                 a synthetic CT with its ground truth
  vesalius segment  <input> --method NAME --out labels.nii.gz
  vesalius mesh     <input> --iso V --out out.glb      (or --labels FILE; .stl .obj .ply too)
  vesalius prepare  <input> --out case.vesalius      a case in one file: scan, segments, surfaces
  vesalius register <fixed> <moving>             one scan laid on another: rigid, affine or deformable
  vesalius methods                               every segmentation method and its settings
  vesalius serve    [--port P]                   the page, for this computer or a portal
  vesalius doctor                                what this machine offers

<input> is a file, a folder (DICOM, any nesting), a ZIP of them or a URL. Points are RAS mm.
Every command has --help with an example, and --json for one JSON object on stdout.
Exit codes: 0 done; 1 the input or the work failed; 2 wrong usage.`;

/** Runs one command; the value is the exit code: 0 done, 1 input or work failed, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(HELP);
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    console.error(`error: command: expected one of ${Object.keys(commands).join(' ')}, got ${name}`);
    return 2;
  }
  try {
    const command = await load();
    if (rest.includes('--help') || rest.includes('-h')) console.log(command.help);
    else await command.run(rest);
    return 0;
  } catch (thrown) {
    clearStep();
    const error = asVesaliusError(thrown);
    console.error(`error: ${error.message.replaceAll('\n', ' ')}`);
    if (error.code === 'internal' && process.env.VESALIUS_DEBUG) console.error(thrown);
    return error.code === 'usage' ? 2 : 1;
  }
}
