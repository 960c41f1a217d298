/** Which passwords may be chosen: length and commonness, no rules of composition (NIST SP 800-63B, section 3.1.1.2). */
import type { UserFailure } from '../errors.js';

export const MIN_PASSWORD_CHARACTERS = 8;
export const MAX_PASSWORD_CHARACTERS = 256;

let common: Promise<ReadonlySet<string>> | undefined;

/** @returns null when the password may be used */
export async function findPasswordFault(password: string, field: readonly string[]): Promise<UserFailure | null> {
  const characters = [...password].length;
  if (characters < MIN_PASSWORD_CHARACTERS) {
    return { code: 'PASSWORD_TOO_SHORT', message: `Use at least ${MIN_PASSWORD_CHARACTERS} characters.`, field };
  }
  if (isTooLong(password)) {
    return { code: 'PASSWORD_TOO_LONG', message: `Use at most ${MAX_PASSWORD_CHARACTERS} characters.`, field };
  }
  if (!password.isWellFormed()) {
    return { code: 'PASSWORD_INVALID', message: 'The password is not valid Unicode text.', field };
  }
  if ((await commonPasswords()).has(password.toLowerCase())) {
    return { code: 'PASSWORD_TOO_COMMON', message: 'Many people use this password, so it is tried first. Choose another.', field };
  }
  return null;
}

/** Asked before hashing: argon2 must not be handed a megabyte. */
export function isTooLong(password: string): boolean {
  return password.length > 2 * MAX_PASSWORD_CHARACTERS || [...password].length > MAX_PASSWORD_CHARACTERS;
}

/** Loaded when the first password is chosen; most processes hardly ever need it. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']));
  return common;
}
