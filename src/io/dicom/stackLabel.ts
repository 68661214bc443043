import type { Vector3 } from '#core/space/affine.ts';
import type { Slice, Stack } from './stack.ts';

/**
 * What tells each stack of one series from the others, in a few words for its name: 'echo 2, 4.92 ms', 'coronal', 'PHASE'.
 * Where nothing does, or two would be called the same, it is its number.
 */
export function stackLabels(stacks: readonly Stack[]): readonly string[] {
  if (stacks.length < 2) return stacks.map(() => '');
  const labels = stacks.map((stack) => label(stack, stacks));
  return labels.map((words, n) =>
    words === '' || labels.indexOf(words) !== labels.lastIndexOf(words) ? `${n + 1} of ${stacks.length}` : words,
  );
}

function label({ slices, splitBy }: Stack, stacks: readonly Stack[]): string {
  const { pixels, frame } = slices[0] as Slice;
  switch (splitBy) {
    case 'EchoTime':
      return echo(frame.kind.EchoTime ?? '', stacks);
    case 'ImageType':
      return ownWords(frame.kind.ImageType ?? '', stacks);
    case 'StackID':
      return `stack ${frame.kind.StackID}`;
    case 'ConvolutionKernel':
      return (frame.kind.ConvolutionKernel ?? '').replaceAll('\\', ' ');
    case 'ImageOrientationPatient':
      return plane(frame.rowDirection, frame.columnDirection);
    case 'Rows':
    case 'Columns':
      return `${pixels.columns} × ${pixels.rows}`;
    case 'PixelSpacing':
      return frame.pixelSpacing ? `${[...frame.pixelSpacing].reverse().map(short).join(' × ')} mm` : '';
    case 'AcquisitionNumber':
      return `acquisition ${frame.times.AcquisitionNumber}`;
    case 'TemporalPositionIdentifier':
      return `time ${frame.times.TemporalPositionIdentifier}`;
    default:
      return '';
  }
}

function echo(time: string, stacks: readonly Stack[]): string {
  const of = ({ slices }: Stack) => slices[0]?.frame.kind.EchoTime ?? '';
  const times = [...new Set(stacks.map(of))].toSorted((a, b) => Number(a) - Number(b));
  return `echo ${times.indexOf(time) + 1}, ${short(Number(time))} ms`;
}

/** The parts of ImageType that not all stacks have: M, P, PHASE. */
function ownWords(type: string, stacks: readonly Stack[]): string {
  const others = stacks.map(({ slices }) => (slices[0]?.frame.kind.ImageType ?? '').split('\\'));
  return type
    .split('\\')
    .filter((word) => word !== '' && !others.every((words) => words.includes(word)))
    .join(' ');
}

function plane(x: Vector3 | null, y: Vector3 | null): string {
  if (!x || !y) return '';
  const n = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]].map(Math.abs);
  const most = Math.max(...n);
  return most < 0.7 ? 'oblique' : (['sagittal', 'coronal', 'axial'][n.indexOf(most)] as string);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
