import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameParts } from '#ui/model/nameParts.ts';

describe('a name that may have to be cut', () => {
  it.each([
    ['Aorta', ''],
    ['Liver vessels', ''],
    ['Heart left ventricle', 'ventricle'],
    ['Left brachiocephalic vein', 'vein'],
    ['Costal cartilage right 5', 'right 5'],
    ['intervertebral disc T11/T12', 'T11/T12'],
    ['second_scan_of_the_same_patient', '_patient'],
    ['Musculus sternocleidomastoideus', 'stoideus'],
  ])('%s keeps “%s” at its end', (name, tail) => {
    expect(nameParts(name)).toEqual([name.slice(0, name.length - tail.length), tail]);
  });

  it('is the two parts together, and half a letter is never in one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const [head, tail] = nameParts(name);
        expect(head + tail).toBe(name);
        expect([...tail].length).toBeLessThanOrEqual(12);
        expect([...head].length + [...tail].length).toBe([...name].length);
      }),
    );
  });
});
