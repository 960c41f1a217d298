/** Passwords that attackers try first: those of a list, repetitions, and walks along the alphabet or the keyboard. */

export interface CommonPasswords {
  /** Case and width of the letters don't matter. */
  has(password: string): boolean;
}

/** Walks along the alphabet and the keyboard. The list lacks them and repetitions: its makers removed what their own rules find. */
const WALKS = ['01234567890', '12345678901234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop[]', 'qwertzuiopü', 'azertyuiop']
  .concat(['asdfghjkl;', 'asdfghjklöä', 'qsdfghjklm', 'zxcvbnm,./', 'yxcvbnm,.-', 'wxcvbn,;:!'])
  .flatMap((walk) => [walk, [...walk].reverse().join('')]);
const MAX_UNIT_CHARACTERS = 4;

let loaded: Promise<CommonPasswords> | undefined;

/** Loads the list when the first password is chosen; most processes hardly ever need it. */
export function commonPasswords(): Promise<CommonPasswords> {
  loaded ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => withPatterns(new Set(dictionary['passwords-common'])));
  return loaded;
}

function withPatterns(list: ReadonlySet<string>): CommonPasswords {
  return {
    has(password) {
      const text = password.normalize('NFKC').toLowerCase();
      const unit = unitOf([...text]);
      return list.has(text) || list.has(unit) || isShort(unit, text) || isWalk(text);
    },
  };
}

/** The shortest beginning that repeats to make the whole, such as "abc" of "abcabcab"; else the whole. */
function unitOf(signs: readonly string[]): string {
  const period = signs.findIndex((_, at) => at > 0 && signs.every((sign, place) => place < at || sign === signs[place - at]));
  return signs.slice(0, period < 0 ? signs.length : period).join('');
}

function isShort(unit: string, text: string): boolean {
  return unit !== text && [...unit].length <= MAX_UNIT_CHARACTERS;
}

function isWalk(text: string): boolean {
  return WALKS.some((walk) => walk.includes(text));
}
