/** Letters of a name that needs no cut; of an end that is worth keeping, and at most; of one word that is cut itself. */
const [SHORT, TAIL_LEAST, TAIL_MOST, TAIL_OF_WORD] = [14, 5, 12, 8] as const;

/**
 * A name in two: where room is short the first part gives way, so that both ends are read. Structures often differ in their last
 * word alone. The parts together are the name; a short one has no second part.
 */
export function nameParts(name: string): readonly [head: string, tail: string] {
  const letters = [...name];
  if (letters.length <= SHORT) return [name, ''];
  let kept = 0;
  for (const word of name
    .split(/(?<=\s)/u)
    .slice(1)
    .toReversed()) {
    const grown = kept + [...word].length;
    if (kept > 0 && (kept >= TAIL_LEAST || grown > TAIL_MOST)) break;
    kept = grown;
  }
  if (kept === 0 || kept > TAIL_MOST) kept = TAIL_OF_WORD;
  return [letters.slice(0, -kept).join(''), letters.slice(-kept).join('')];
}
