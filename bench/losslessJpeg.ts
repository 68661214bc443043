/**
 * JPEG lossless, first-order prediction (ITU-T T.81, annex H, selection value 1), one component: enough to make test series.
 * One Huffman code of 5 bits for each of the 17 categories: not the shortest, and sound.
 */
export function losslessJpeg(samples: Uint16Array, width: number, height: number, precision: number): Uint8Array {
  const out: number[] = [];
  const word = (value: number) => out.push(value >> 8, value & 255);
  word(0xffd8);
  word(0xffc3);
  word(11);
  out.push(precision);
  word(height);
  word(width);
  out.push(1, 1, 0x11, 0);
  word(0xffc4);
  word(2 + 1 + 16 + 17);
  out.push(0);
  for (let length = 1; length <= 16; length++) out.push(length === 5 ? 17 : 0);
  for (let category = 0; category <= 16; category++) out.push(category);
  word(0xffda);
  word(8);
  out.push(1, 1, 0, 1, 0, 0);

  let [bits, held] = [0, 0];
  const put = (value: number, count: number) => {
    for (let n = count - 1; n >= 0; n--) {
      bits = (bits << 1) | ((value >> n) & 1);
      if (++held < 8) continue;
      out.push(bits);
      if (bits === 255) out.push(0);
      [bits, held] = [0, 0];
    }
  };
  for (let y = 0, n = 0; y < height; y++)
    for (let x = 0; x < width; x++, n++) {
      const predicted = x > 0 ? samples[n - 1] : y > 0 ? samples[n - width] : 1 << (precision - 1);
      const difference = (samples[n] as number) - (predicted as number);
      const category = 32 - Math.clz32(Math.abs(difference));
      put(category, 5);
      if (category > 0 && category < 16) put(difference > 0 ? difference : difference + (1 << category) - 1, category);
    }
  while (held > 0) put(1, 1);
  word(0xffd9);
  return Uint8Array.from(out);
}
