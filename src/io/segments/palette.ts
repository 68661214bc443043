import type { DataSet } from 'dicom-parser';
import { hexOf } from './cielab.ts';
import { unsigned } from './dicomItems.ts';

/** The colours of a PALETTE COLOR label map (PS3.3, C.7.6.3.1.5); null where its tables are not whole. Values below the first take the first, and so above. */
export function paletteColors(dataSet: DataSet): ((value: number) => `#${string}`) | null {
  const tables: ((index: number) => number)[] = [];
  let [first, entries] = [0, 0];
  for (const channel of ['1', '2', '3']) {
    const descriptor = [0, 1, 2].map((n) => unsigned(dataSet, `x0028110${channel}`, n));
    const element = dataSet.elements[`x0028120${channel}`];
    if (!element || descriptor.some((word) => word === null)) return null;
    const [count, start, bits] = descriptor as [number, number, number];
    entries = count === 0 ? 65536 : count;
    first = start;
    const wide = bits === 16 || element.length >= 2 * entries;
    if (element.length < entries * (wide ? 2 : 1)) return null;
    const tag = `x0028120${channel}`;
    const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
    tables.push(
      wide
        ? (index) => ((unsigned(dataSet, tag, index) ?? 0) * 255) / (bits === 16 ? 65535 : 255)
        : (index) => bytes[index] as number,
    );
  }
  return (value) => {
    const index = Math.min(entries - 1, Math.max(0, value - first));
    return hexOf(tables.map((table) => table(index)));
  };
}
