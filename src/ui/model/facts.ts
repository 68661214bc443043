// What has to be known of the case: facts, not alarms. The badge counts them, the list tells each in one sentence.
import { t, tMaybe } from '#i18n/t.ts';
import type { CaseState, SegmentRecord } from '#state/viewer.ts';
import { methodTitle } from './inspector.ts';

export interface CaseFact {
  readonly id: string;
  readonly icon: 'edge' | 'machine' | 'synthetic' | 'file';
  readonly title: string;
  readonly text: string;
  /** What can be looked at: these structures. */
  readonly segments: readonly string[];
}

export function caseFacts({
  volumes,
  segments,
  unreadable,
}: Pick<CaseState, 'volumes' | 'segments' | 'unreadable'>): CaseFact[] {
  const facts: CaseFact[] = [];
  if (volumes.some(({ synthetic }) => synthetic))
    facts.push({
      id: 'synthetic',
      icon: 'synthetic',
      title: t('facts.synthetic'),
      text: t('facts.syntheticText'),
      segments: [],
    });
  const cut = segments.filter(({ cutByEdge }) => cutByEdge);
  if (cut.length > 0)
    facts.push({
      id: 'edge',
      icon: 'edge',
      title: t('facts.edge'),
      text: t('facts.edgeText', { cut: cut.length, all: segments.length }),
      segments: cut.map(({ id }) => id),
    });
  for (const volume of volumes)
    for (const [index, warning] of volume.warnings.entries())
      facts.push({
        id: `${volume.id} ${index}`,
        icon: 'file',
        title: warningTitle(warning.code),
        text: warning.text,
        segments: [],
      });
  // What was said of a file of structures stands with each of them: told once.
  const notes = Map.groupBy(segments, ({ madeBy: { settings } }) => `${settings.file ?? ''}\n${settings.note ?? ''}`);
  for (const [key, from] of notes) {
    const [file = '', note = ''] = key.split('\n');
    if (note !== '') facts.push({ id: key, icon: 'file', title: file, text: note, segments: from.map(({ id }) => id) });
  }
  for (const { id, name, overlay, placed } of volumes) {
    if (overlay === null) continue;
    if (placed === null)
      facts.push({
        id: `${id} unplaced`,
        icon: 'file',
        title: t('facts.unplaced'),
        text: t('facts.unplacedText', { name }),
        segments: [],
      });
    const bent = segments.filter(({ volume }) => volume === id);
    if (placed?.field && bent.length > 0)
      facts.push({
        id: `${id} bent`,
        icon: 'file',
        title: t('facts.bent'),
        text: t('facts.bentText', { name }),
        segments: bent.map((segment) => segment.id),
      });
  }
  const machine = segments.filter(isMachineMade);
  if (machine.length > 0)
    facts.push({
      id: 'machine',
      icon: 'machine',
      title: t('facts.machine'),
      text: t('facts.machineText', {
        count: machine.length,
        methods: [...new Set(machine.map(({ madeBy }) => methodTitle(madeBy.method)))].join(', '),
        reviewed: machine.filter(({ reviewed }) => reviewed).length,
      }),
      segments: machine.filter(({ reviewed }) => !reviewed).map(({ id }) => id),
    });
  if (unreadable.length > 0)
    facts.push({
      id: 'unreadable',
      icon: 'file',
      title: t('facts.unreadable', { count: unreadable.length }),
      text: t('facts.unreadableText', { list: unreadable.map(({ kind, id }) => `${kind}/${id}`).join(', ') }),
      segments: [],
    });
  return facts;
}

/** Made by the program without being asked, from values of a real scan. */
const isMachineMade = ({ madeBy }: SegmentRecord): boolean =>
  madeBy.automatic && madeBy.method !== 'phantom' && madeBy.method !== 'file';

/** A known code has a title of its own; another is its code in plain words. */
function warningTitle(code: string): string {
  const known = tMaybe(`facts.code.${code}`);
  if (known !== code) return known;
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
