// An error as a card: what, the state of the case, where-expected-got, what to do.
import type { VesaliusErrorFields } from '#core/errors.ts';
import { formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { methodTitle } from './inspector.ts';

export interface ErrorText {
  readonly title: string;
  readonly state: string;
  readonly rows: readonly { readonly label: string; readonly text: string }[];
  readonly advice: string;
  /** Another file may help. */
  readonly offersFile: boolean;
  readonly asText: string;
  /** What a button offers: the same scan at a resolution that fits. */
  readonly coarser: { readonly factor: 2 | 3 | 4; readonly text: string } | null;
}

const fileCodes = new Set(['format', 'truncated', 'checksum', 'unsupported', 'too-large', 'missing', 'io', 'version']);

/**
 * @param openCase title of what is open, '' for nothing
 * @param net the page's own origin, and the host that was asked last, '' where none was
 */
export function errorText(
  error: VesaliusErrorFields,
  openCase: string,
  net: { origin: string; host: string },
): ErrorText {
  const [title, advice] = wordsOf(error, net);
  const ofFile = (fileCodes.has(error.code) && error.what !== 'storage') || error.file !== undefined;
  const state = ofFile
    ? openCase === ''
      ? t('error.notOpenedEmpty')
      : t('error.notOpened', { case: openCase })
    : t('error.unchanged');
  const rows = [
    { label: t('error.where'), text: error.where },
    { label: t('error.expected'), text: error.expected },
    { label: t('error.got'), text: String(error.got) },
  ];
  const asText = [title, state, ...rows.map(({ label, text }) => `${label}: ${text}`), advice].join('\n');
  const factor = error.memory?.coarser;
  const coarser = factor ? { factor, text: t(`error.coarser${factor}`) } : null;
  return { title, state, rows, advice, offersFile: ofFile, asText, coarser };
}

const gigabytes = (bytes: number): string => formatNumber(bytes / 2 ** 30, 2);

const baseName = (path: string): string => path.split(/[?#]/)[0]?.split('/').filter(Boolean).at(-1) ?? path;

function wordsOf(
  error: VesaliusErrorFields,
  { origin, host }: { origin: string; host: string },
): [title: string, advice: string] {
  const file = error.file === undefined ? t('error.file') : baseName(error.file);
  const method = methodTitle(error.what.replace(/^settings of /, ''));
  switch (error.code) {
    case 'truncated':
      return isNothing(error.got)
        ? [t('error.empty', { file }), t('error.emptyDo')]
        : [t('error.truncated', { file }), t('error.truncatedDo')];
    case 'format':
      if (isUnknownKind(error) && isNothing(error.got)) return [t('error.empty', { file }), t('error.emptyDo')];
      return isUnknownKind(error)
        ? [t('error.notScan', { file }), t('error.notScanDo', { kind: String(error.got) })]
        : [t('error.contradicts', { file }), t('error.contradictsDo')];
    case 'too-large':
      if (!error.memory) return [t('error.tooLarge', { file }), t('error.tooLargeDo')];
      return [
        t('error.tooLargeBy', { file, a: gigabytes(error.memory.needBytes), b: gigabytes(error.memory.limitBytes) }),
        t('error.tooLargeDo'),
      ];
    case 'checksum':
      return [t('error.checksum', { file }), t('error.checksumDo')];
    case 'unsupported':
      return [t('error.unsupported', { file }), t('error.unsupportedDo')];
    case 'missing':
      return [t('error.missing', { file }), t('error.missingDo')];
    case 'io':
      if (error.what === 'storage') return [t('error.full'), t('error.fullDo')];
      // A browser tells no more than this of a host that does not allow us.
      return host !== '' && /fetch|load failed|network/i.test(String(error.got))
        ? [t('error.notAllowed', { host }), t('error.notAllowedDo', { origin })]
        : [t('error.missing', { file }), t('error.missingDo')];
    case 'empty-segment':
      return [t('error.emptySegment', { method }), t('error.emptySegmentDo')];
    case 'method':
      return [t('error.method', { method }), t('error.methodDo')];
    case 'registration-failed':
      return [t('error.registration'), t('error.registrationDo')];
    case 'geometry':
      if (error.file !== undefined) return [t('error.place', { file }), t('error.placeDo')];
      return [t('error.geometry'), t('error.geometryDo')];
    case 'version':
      return [t('error.version'), t('error.versionDo')];
    case 'no-headset':
    case 'needs-gesture':
    case 'xr':
      if (error.where === 'picture') return [t('error.headsetLost'), t('error.headsetLostDo')];
      return [t('error.headset'), t('error.headsetDo', { reason: String(error.got) })];
    case 'not-open':
      if (error.where === 'scan' && error.file) return [t('error.needsScan', { file }), t('error.needsScanDo')];
      return [t('error.usage'), t('error.usageDo')];
    case 'usage':
    case 'cancelled':
      return [t('error.usage'), t('error.usageDo')];
    case 'internal':
      return [t('error.internal'), t('error.internalDo')];
  }
}

/** The bytes begin like no format that is read. */
const isUnknownKind = ({ where, what }: VesaliusErrorFields): boolean => what === 'file' && where === 'format';

/** '0', '0 bytes', 'an empty file': nothing came at all. */
const isNothing = (got: string | number): boolean => /^\s*0(\s*bytes?)?\s*$|\bempty\b|no bytes/i.test(String(got));
