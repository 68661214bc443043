import i18next from 'i18next';
import en from './en.json' with { type: 'json' };

type Leaves<Tree, Prefix extends string = ''> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? `${Prefix}${Key}` : Leaves<Tree[Key], `${Prefix}${Key}.`>;
}[keyof Tree & string];
type WithoutPlural<Key extends string> =
  Key extends `${infer Base}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}` ? Base : Key;

/** Every phrase of en.json, plural forms under their common name. */
export type Phrase = WithoutPlural<Leaves<typeof en>>;

const instance = i18next.createInstance();
// Synchronous: the phrases are in the bundle, so nothing is drawn before they are there.
void instance.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
  initAsync: false,
});
const translate = instance.t as unknown as (phrase: string, values?: object) => string;

/** Phrases without values, as they were found in `plainOf`: a list of structures asks for the same ones for each of its rows. */
const plain = new Map<string, string>();
let plainOf = '';

/** The phrase in the user's language. `{name}` in it is filled from `values`; `count` chooses the plural form. */
export function t(phrase: Phrase, values?: Readonly<Record<string, string | number>>): string {
  if (values) return translate(phrase, values);
  if (plainOf !== instance.language) {
    plain.clear();
    plainOf = instance.language;
  }
  let text = plain.get(phrase);
  if (text === undefined) {
    text = translate(phrase);
    plain.set(phrase, text);
  }
  return text;
}

/** For keys that are put together at run time ('history.' + act); falls back to the key's last part. */
export function tMaybe(phrase: string, values?: Readonly<Record<string, string | number>>): string {
  return instance.exists(phrase) ? translate(phrase, values) : (phrase.split('.').at(-1) ?? phrase);
}

export function language(): string {
  return instance.language;
}

/** Right to left? */
export function direction(): 'ltr' | 'rtl' {
  return instance.dir(instance.language === 'pseudo-rtl' ? 'ar' : instance.language);
}

/** Changes the language; `pseudo` and `pseudo-rtl` stretch and mark every English phrase, to find what does not fit or is not translated. */
export function setLanguage(to: string): void {
  if ((to === 'pseudo' || to === 'pseudo-rtl') && !instance.hasResourceBundle(to, 'translation')) {
    instance.addResourceBundle(to, 'translation', pseudo(en));
  }
  void instance.changeLanguage(to);
}

export function onLanguage(listener: () => void): () => void {
  instance.on('languageChanged', listener);
  return () => instance.off('languageChanged', listener);
}

const accents: Record<string, string> = {
  a: 'á',
  e: 'é',
  i: 'í',
  o: 'ó',
  u: 'ú',
  A: 'Å',
  E: 'É',
  I: 'Î',
  O: 'Ø',
  U: 'Û',
  n: 'ñ',
  c: 'ç',
};

function pseudo(tree: unknown): unknown {
  if (typeof tree === 'string') {
    const marked = tree.replace(/\{[^}]*\}|./g, (part) => (part.length > 1 ? part : (accents[part] ?? part)));
    return `[${marked}${'·'.repeat(Math.ceil(tree.length * 0.3))}]`;
  }
  // The letters of the patient's sides are the same in every language.
  return Object.fromEntries(
    Object.entries(tree as object).map(([key, value]) => [key, key === 'letter' ? value : pseudo(value)]),
  );
}
