import type { DataSet } from 'dicom-parser';

/** SpecificCharacterSet (PS3.3, C.12.1.1.2) → a label of the Encoding Standard, which Node and browsers share. */
const LABELS: Readonly<Record<string, string>> = {
  '': 'latin1',
  'ISO_IR 6': 'latin1',
  'ISO_IR 100': 'latin1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  'ISO_IR 149': 'euc-kr',
  'ISO_IR 87': 'iso-2022-jp',
  'ISO_IR 159': 'iso-2022-jp',
  'ISO_IR 58': 'gb18030',
  GB18030: 'gb18030',
  GBK: 'gb18030',
};

/** A text element in the file's own alphabet, without padding; '' where it is absent. For LO, SH, PN, LT. */
export function textOf(dataSet: DataSet, tag: string): string {
  const element = dataSet.elements[tag];
  if (!element || element.length === 0) return '';
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const text = new TextDecoder(labelOf(dataSet.string('x00080005') ?? '')).decode(withoutEscapes(bytes));
  return text.replace(/[\0 ]+$/, '').trim();
}

/** Of several sets, the last that is more than Latin decides: the others are its ASCII part. */
function labelOf(specificCharacterSet: string): string {
  const labels = specificCharacterSet
    .split('\\')
    .map((set) => LABELS[set.trim().replace('ISO 2022 IR', 'ISO_IR')] ?? 'latin1')
    .filter((label) => label !== 'latin1');
  return labels.includes('iso-2022-jp') ? 'iso-2022-jp' : (labels.at(-1) ?? 'latin1');
}

/** Korean and Chinese designations (ESC $ ) C, ESC $ ) A) stand before text that is EUC already. */
function withoutEscapes(bytes: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0x1b && bytes[at + 1] === 0x24 && bytes[at + 2] === 0x29) at += 3;
    else kept.push(bytes[at] as number);
  }
  return Uint8Array.from(kept);
}

/** 'YYYYMMDD' (or the old 'YYYY.MM.DD') → ISO 8601, '' for anything else. */
export function isoDate(da: string): string {
  const found = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(da.trim());
  return found ? `${found[1]}-${found[2]}-${found[3]}` : '';
}
