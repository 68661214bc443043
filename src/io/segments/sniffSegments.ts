import { readHeader } from '../dicom/dataset.ts';
import { DEFLATED } from '../dicom/transferSyntax.ts';
import { latin1 } from '../format.ts';
import { sniff } from '../formats.ts';
import { sniffMesh } from '../mesh/sniffMesh.ts';
import { niftiVersion } from '../nifti/header.ts';
import type { SourceHead } from '../sourceHead.ts';
import { unpacked } from '../unpacked.ts';
import { LARGEST_TABLE, parseNames } from './names.ts';
import { niftiNames } from './readLabels.ts';
import { SEGMENTATION_CLASSES } from './segHeader.ts';
import { isSegNrrd } from './segNrrd.ts';

/**
 * What a file holds, as far as segments go. `labels`: a labelmap that says so itself (a NIfTI of intent LABEL or with a label table); `raster`:
 * voxels, which may be a scan or a labelmap; `names`: a table of names for values; `other`: none of these.
 */
export type SegmentsKind =
  | 'dicom-seg'
  | 'rtstruct'
  | 'seg-nrrd'
  | 'labels'
  | 'mesh'
  | 'names'
  | 'dicom'
  | 'raster'
  | 'other';

const RT_STRUCTURE_SET = '1.2.840.10008.5.1.4.1.1.481.3';
const NIFTI_INTENT_LABEL = 1002;
/** A table's name has to say so: any text could be read as one. */
const TABLE = /\.(txt|ctbl|lut|json|csv|tsv|xml|label)$/i;

/** By the bytes; a name is only asked where bytes alone say too little (a table, a binary STL). */
export async function segmentsKind(head: SourceHead): Promise<SegmentsKind> {
  const { bytes, source } = head;
  const format = sniff(bytes);
  switch (format) {
    case 'dicom':
      return dicomKind(head);
    case 'nrrd':
      return isSegNrrd(bytes) ? 'seg-nrrd' : 'raster';
    case 'nifti':
      return (await saysLabels(head)) ? 'labels' : 'raster';
    case null:
      break;
    default:
      return 'raster';
  }
  if (sniffMesh(head) !== null) return 'mesh';
  if (TABLE.test(source.name) && (await namesIn(head)) !== null) return 'names';
  return 'other';
}

const CLASSES = /1\.2\.840\.10008\.5\.1\.4\.1\.1\.(66\.4|66\.7|481\.3)(?![.\d])/;

/** Only a file whose beginning holds one of the classes, or hides it in a deflated data set, is parsed. */
async function dicomKind(head: SourceHead): Promise<SegmentsKind> {
  // The class stands in the meta header and among the first elements.
  const text = latin1(head.bytes, 0, 2048);
  if (!CLASSES.test(text) && !text.slice(0, 1024).includes(DEFLATED)) return 'dicom';
  try {
    const { dataSet } = await readHeader(head.gzip ? await unpacked(head.source) : head.source);
    const sopClass = (dataSet.string('x00080016') ?? '').trim();
    return SEGMENTATION_CLASSES.has(sopClass) ? 'dicom-seg' : sopClass === RT_STRUCTURE_SET ? 'rtstruct' : 'dicom';
  } catch {
    // What is wrong with it, its reader says: by the class in its meta header.
    return text.includes(RT_STRUCTURE_SET) ? 'rtstruct' : CLASSES.test(text) ? 'dicom-seg' : 'dicom';
  }
}

async function saysLabels(head: SourceHead): Promise<boolean> {
  const { bytes } = head;
  const version = niftiVersion(bytes);
  if (version === 0 || bytes.length < 352) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = [348, 540].includes(view.getInt32(0, true));
  const intent = version === 1 ? view.getInt16(68, little) : bytes.length >= 508 ? view.getInt32(504, little) : 0;
  return intent === NIFTI_INTENT_LABEL || (await niftiNames(head)) !== null;
}

/** The table of names that a file is, null where it is none. */
export async function namesIn({ source, gzip, bytes }: SourceHead): Promise<ReturnType<typeof parseNames>> {
  if (gzip) return null;
  const whole = source.size !== null && source.size <= bytes.length ? bytes : await source.bytes(0, LARGEST_TABLE + 1);
  return parseNames(whole, source.name);
}
