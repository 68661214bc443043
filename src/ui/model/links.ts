/** Addresses that a person typed, in lines or with spaces between; `bad` is the first that is none. */
export function parseLinks(text: string): { readonly urls: readonly string[]; readonly bad: string | null } {
  const words = text.split(/[\s,]+/).filter(Boolean);
  const bad = words.find((word) => {
    const url = URL.canParse(word) ? new URL(word) : null;
    return !url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.hostname === '';
  });
  return { urls: bad === undefined ? words : [], bad: bad ?? null };
}
