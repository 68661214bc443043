/** Hash of any cloneable value by its content: numbers by their bits, typed arrays by their bytes, objects by sorted keys. */
export function contentHash(value: unknown): string {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  const byte = (b: number) => {
    high = Math.imul(high ^ b, 0x9e3779b1);
    low = Math.imul(low ^ b, 0x85ebca77);
    low ^= high >>> 15;
  };
  const scratch = new DataView(new ArrayBuffer(8));
  const number = (n: number) => {
    scratch.setFloat64(0, n);
    for (let at = 0; at < 8; at++) byte(scratch.getUint8(at));
  };
  const text = (words: string) => {
    for (let at = 0; at < words.length; at++) byte(words.charCodeAt(at) & 255);
    byte(0);
  };
  const walk = (one: unknown): void => {
    if (typeof one === 'number') number(one);
    else if (ArrayBuffer.isView(one)) {
      const bytes = new Uint8Array(one.buffer, one.byteOffset, one.byteLength);
      number(bytes.length);
      for (let at = 0; at < bytes.length; at++) byte(bytes[at] as number);
    } else if (one instanceof Map || one instanceof Set) walk([...one]);
    else if (Array.isArray(one)) {
      number(one.length);
      one.forEach(walk);
    } else if (typeof one === 'object' && one !== null) {
      for (const [key, member] of Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) {
        // Where a file lies differs between the two sides.
        if (key === 'sources' || key === 'uid') continue;
        text(key);
        walk(member);
      }
    } else text(String(one));
  };
  walk(value);
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
