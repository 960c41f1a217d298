/** Removes from a password the words that an attacker knows about its user: email, name, product. */

const MIN_WORD_CHARACTERS = 3;
const MAX_SOURCE_CHARACTERS = 256;

/** Signs that look alike. `l` and `1` become `i` in the password and in the words, so that either reading is found. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  l: 'i',
  '!': 'i',
  '|': 'i',
  '3': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
};

type Folding = (sign: string) => string;

const PLAIN: Folding = (sign) => sign;
const LEET: Folding = (sign) => LOOK_ALIKES[sign] ?? sign;

/**
 * Takes the personal words out of a password, once as it is written and once with look-alikes ("l4tchk3y").
 *
 * @param sources texts with words in them: an email, a name, a URL; only their first 256 characters count
 * @returns the letters and digits that are left, without case and accents, for each reading in which a word was found
 */
export function withoutPersonalWords(password: string, sources: readonly string[]): string[] {
  const words = new Set(sources.flatMap((source) => wordsOf(bare(source.slice(0, MAX_SOURCE_CHARACTERS)))));
  return [PLAIN, LEET].flatMap((folding) => withoutWords(bare(password), words, folding) ?? []);
}

/** The parts of "Ada Lovelace", and both as one word. For an email: the parts of either side of the @, and each side as one word. */
function wordsOf(text: string): string[] {
  const chunks = text.split('@');
  const parts = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const wholes = chunks.map((chunk) => chunk.replace(/[^\p{L}\p{N}]/gu, ''));
  return [...parts, ...wholes].filter((word) => [...word].length >= MIN_WORD_CHARACTERS);
}

function withoutWords(password: string, words: ReadonlySet<string>, folding: Folding): string | null {
  // Dots and dashes between the letters of a word don't hide it.
  const signs = [...password].filter((sign) => isLetterOrDigit(folding(sign)));
  const text = signs.map(folding);
  const isTaken = text.map(() => false);
  for (const word of words) markAll(text, [...word].map(folding), isTaken);
  if (!isTaken.includes(true)) return null;
  return signs.filter((sign, at) => !isTaken[at] && isLetterOrDigit(sign)).join('');
}

/** Marks every place of the word, even inside another word: the order of the words must not matter. */
function markAll(text: readonly string[], word: readonly string[], isTaken: boolean[]): void {
  for (let start = 0; start + word.length <= text.length; start += 1) {
    if (word.every((sign, at) => text[start + at] === sign)) isTaken.fill(true, start, start + word.length);
  }
}

/** Without case, accents and width. */
function bare(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function isLetterOrDigit(sign: string): boolean {
  return /[\p{L}\p{N}]/u.test(sign);
}
