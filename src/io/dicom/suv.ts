import type { DataSet } from 'dicom-parser';
import type { Warning } from '#core/warnings.ts';
import { dayNumber } from './dayNumber.ts';

/** What a PET image says of its tracer and of when it was counted. Plain data; null where the file does not say. */
export interface PetFacts {
  readonly units: string;
  /** Several were given, or one in parts. */
  readonly tracers: number;
  readonly suvType: string;
  readonly corrected: readonly string[];
  readonly decayCorrection: string;
  readonly halfLifeS: number | null;
  readonly doseBq: number | null;
  readonly weightKg: number | null;
  /** Seconds since 0000-03-01; where there is no date, seconds of the day. */
  readonly administered: Moment | null;
  readonly seriesStart: Moment | null;
  readonly acquired: Moment | null;
  /** GE: (0009,100D), when the scan began. */
  readonly scanStart: Moment | null;
  readonly frameReferenceS: number | null;
  readonly frameDurationS: number | null;
  /** Philips: (7053,1000), from counts to SUV; (7053,1009), from counts to Bq/ml. */
  readonly countsToSuv: number | null;
  readonly countsToBqml: number | null;
}

interface Moment {
  readonly seconds: number;
  readonly dated: boolean;
}

const DAY = 86_400;
const GE = 'GEMS_PETD_01';
const PHILIPS = 'Philips PET Private Group';

/** null for all but PET images. */
export function petFacts(dataSet: DataSet): PetFacts | null {
  if (dataSet.string('x00080060') !== 'PT' || dataSet.elements.x00541001 === undefined) return null;
  const tracers = dataSet.elements.x00540016?.items ?? [];
  const tracer = tracers[0]?.dataSet;
  const text = (tag: string, from: DataSet | undefined = dataSet) => from?.string(tag) ?? '';
  const number = (tag: string, from: DataSet | undefined = dataSet) => {
    const value = from?.floatString(tag);
    return value !== undefined && Number.isFinite(value) ? value : null;
  };
  const seriesDate = text('x00080021');
  const privately = (creator: string, group: string) =>
    text(`x${group}0010`).trim() === creator ? `x${group}10` : null;
  const ge = privately(GE, '0009');
  const philips = privately(PHILIPS, '7053');
  const milliseconds = (tag: string) => {
    const ms = number(tag);
    return ms === null ? null : ms / 1000;
  };
  return {
    units: text('x00541001'),
    tracers: tracers.length,
    suvType: text('x00541006'),
    corrected: text('x00280051')
      .split('\\')
      .map((word) => word.trim()),
    decayCorrection: text('x00541102'),
    halfLifeS: number('x00181075', tracer),
    doseBq: number('x00181074', tracer),
    weightKg: number('x00101030'),
    administered:
      dateTime(text('x00181078', tracer)) ?? (text('x00181072', tracer) ? moment('', text('x00181072', tracer)) : null),
    seriesStart: moment(seriesDate, text('x00080031')),
    acquired: moment(text('x00080022') || seriesDate, text('x00080032')),
    scanStart: ge ? dateTime(text(`${ge}0d`)) : null,
    frameReferenceS: milliseconds('x00541300'),
    frameDurationS: milliseconds('x00181242'),
    countsToSuv: philips ? number(`${philips}00`) : null,
    countsToBqml: philips ? number(`${philips}09`) : null,
  };
}

/**
 * SUV by body weight, g/ml, for one unit of the rescaled values, after QIBA's vendor-neutral pseudo-code
 * (qibawiki.rsna.org, Standardized Uptake Value, 2012).
 * @param all of the series' files: a scan begins with the earliest of its beds
 * @returns the factor, or the keyword of what is missing or says no, with what was found
 */
export function suvFactor(
  all: readonly PetFacts[],
): { readonly factor: number } | { readonly where: string; readonly got: string } {
  const facts = all[0] as PetFacts;
  const { units, corrected, decayCorrection, suvType } = facts;
  if (all.some((other) => other.units !== units)) return { where: 'Units', got: 'several in one series' };
  if (units === 'GML') return suvType === '' || suvType === 'BW' ? { factor: 1 } : { where: 'SUVType', got: suvType };
  if (units !== 'BQML' && units !== 'CNTS') return { where: 'Units', got: units || 'none' };
  for (const needed of ['ATTN', 'DECY'])
    if (!corrected.includes(needed)) return { where: 'CorrectedImage', got: `no ${needed}` };
  if (units === 'CNTS' && (facts.countsToSuv ?? 0) > 0) return { factor: facts.countsToSuv as number };
  const toBqml = units === 'CNTS' ? (facts.countsToBqml ?? 0) : 1;
  if (!(toBqml > 0)) return { where: 'Units', got: 'CNTS, without Philips (7053,1000) or (7053,1009)' };

  const { halfLifeS, doseBq, weightKg } = facts;
  if (facts.tracers !== 1) return { where: 'RadiopharmaceuticalInformationSequence', got: `${facts.tracers} items` };
  if (decayCorrection !== 'START' && decayCorrection !== 'ADMIN')
    return { where: 'DecayCorrection', got: decayCorrection || 'none' };
  if (!weightKg || weightKg < 0) return { where: 'PatientWeight', got: String(weightKg ?? 'none') };
  if (!doseBq || doseBq < 0) return { where: 'RadionuclideTotalDose', got: String(doseBq ?? 'none') };
  let dose = doseBq;
  if (decayCorrection === 'START') {
    if (!halfLifeS || halfLifeS < 0) return { where: 'RadionuclideHalfLife', got: String(halfLifeS ?? 'none') };
    const { administered } = facts;
    if (!administered) return { where: 'RadiopharmaceuticalStartDateTime', got: 'none' };
    const scan = scanStart(all, halfLifeS);
    if (!scan) return { where: 'SeriesTime', got: 'none' };
    let decay = scan.seconds - administered.seconds;
    if (!administered.dated || !scan.dated) {
      // Given late in the evening, scanned after midnight.
      decay = (scan.seconds % DAY) - (administered.seconds % DAY);
      if (decay < 0) decay += DAY;
    }
    if (decay < 0) return { where: 'RadiopharmaceuticalStartDateTime', got: 'a time after the scan' };
    dose = doseBq * 2 ** (-decay / halfLifeS);
  }
  const factor = (toBqml * weightKg * 1000) / dose;
  return factor > 0 && Number.isFinite(factor)
    ? { factor }
    : { where: 'RadionuclideTotalDose', got: `${dose} Bq left` };
}

/** The series' own time, unless it lies after what was acquired: then it is when the series was made, not when it was scanned. */
function scanStart(all: readonly PetFacts[], halfLifeS: number): Moment | null {
  const facts = all[0] as PetFacts;
  const acquired = all.flatMap((file) => (file.acquired ? [file] : []));
  const first = acquired.toSorted((a, b) => (a.acquired as Moment).seconds - (b.acquired as Moment).seconds)[0];
  const { seriesStart } = facts;
  if (!first) return facts.scanStart ?? seriesStart;
  const earliest = first.acquired as Moment;
  if (seriesStart && seriesStart.seconds <= earliest.seconds) return seriesStart;
  if (facts.scanStart) return facts.scanStart;
  const { frameReferenceS, frameDurationS } = first;
  if (!frameReferenceS || !frameDurationS || frameReferenceS < 0 || frameDurationS < 0) return earliest;
  // FrameReferenceTime is that of the mean count rate, from the scan's start on.
  const constant = Math.LN2 / halfLifeS;
  const during = constant * frameDurationS;
  const meanRate = Math.log(during / (1 - Math.exp(-during))) / constant;
  return { seconds: earliest.seconds - frameReferenceS + meanRate, dated: earliest.dated };
}

export function suvWarning({ where, got }: { readonly where: string; readonly got: string }): Warning {
  return {
    code: 'suv-missing',
    where,
    kept: 'the values as they are',
    text: `No standardized uptake value: ${where} is ${got.slice(0, 80)}.`,
  };
}

/** 'YYYYMMDDHHMMSS.FFFFFF&ZZXX'; the zone is that of the other times of the file. */
function dateTime(text: string): Moment | null {
  const found = /^(\d{8})(\d{2,6}(?:\.\d+)?)/.exec(text);
  return found ? moment(found[1] as string, found[2] as string) : null;
}

function moment(date: string, time: string): Moment | null {
  const clock = /^(\d{2}):?(\d{2})?:?(\d{2}(?:\.\d+)?)?/.exec(time);
  if (!clock) return null;
  const seconds = Number(clock[1]) * 3600 + Number(clock[2] ?? 0) * 60 + Number(clock[3] ?? 0);
  const day = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(date.trim());
  if (!day) return { seconds, dated: false };
  return { seconds: seconds + DAY * dayNumber(Number(day[1]), Number(day[2]), Number(day[3])), dated: true };
}
