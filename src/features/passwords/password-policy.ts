/** The rules for new passwords: long enough, not common, personal or leaked; no composition rules (NIST SP 800-63B-4, section 3.1.1.2). */
import type { UserFailure } from '../../lib/errors.js';
import type { World } from '../../world.js';
import { type CommonPasswords, commonPasswords } from './common-passwords.js';
import { canonicalPassword } from './password-text.js';
import { withoutPersonalWords } from './personal-words.js';
import type { PwnedPasswords } from './pwned-passwords.js';

export const MIN_PASSWORD_CHARACTERS = 8;
export const MAX_PASSWORD_CHARACTERS = 256;

const PRODUCT = 'latchkey';
const MIN_IMPERSONAL_CHARACTERS = 5;
/** Units of UTF-16. Another normal form takes up to four times as many, a character beyond U+FFFF twice as many. */
const MAX_PASSWORD_UNITS = 8 * MAX_PASSWORD_CHARACTERS;

/** The user who chooses the password. */
export interface PasswordOwner {
  readonly email: string;
  readonly name?: string | null | undefined;
}

type Fault = Omit<UserFailure, 'field'>;

const TOO_SHORT: Fault = { code: 'PASSWORD_TOO_SHORT', message: `Use at least ${MIN_PASSWORD_CHARACTERS} characters.` };
const TOO_LONG: Fault = { code: 'PASSWORD_TOO_LONG', message: `Use at most ${MAX_PASSWORD_CHARACTERS} characters.` };
const INVALID: Fault = { code: 'PASSWORD_INVALID', message: 'The password is not valid Unicode text.' };
const TOO_COMMON: Fault = {
  code: 'PASSWORD_TOO_COMMON',
  message: 'Many people use this password, so it is tried first. Choose another.',
};
const TOO_PERSONAL: Fault = {
  code: 'PASSWORD_TOO_PERSONAL',
  message: 'Your email, your name or the name of this service is most of this password. Add words that have nothing to do with them.',
};

const BREACHED: Fault = {
  code: 'PASSWORD_BREACHED',
  message: 'This password was found in a leak of another service, so it is tried first. Choose another, and change it where you use it.',
};
const UNCHECKED: Fault = { code: 'PASSWORD_UNCHECKED', message: 'New passwords can’t be checked at this moment. Try again later.' };

interface Needs {
  readonly pwnedPasswords: PwnedPasswords;
}

export class PasswordPolicy {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** @returns null when the password may be used */
  async findFault(password: string, owner: PasswordOwner, field: readonly string[]): Promise<UserFailure | null> {
    const fault = await this.#judge(password, owner);
    return fault === null ? null : { ...fault, field };
  }

  async #judge(password: string, owner: PasswordOwner): Promise<Fault | null> {
    if (isTooLong(password)) return TOO_LONG;
    const canonical = canonicalPassword(password);
    if ([...canonical].length < MIN_PASSWORD_CHARACTERS) return TOO_SHORT;
    if (!canonical.isWellFormed()) return INVALID;
    const common = await commonPasswords();
    if (common.has(canonical)) return TOO_COMMON;
    if (this.#isTooPersonal(canonical, owner, common)) return TOO_PERSONAL;
    return this.#findLeak(canonical);
  }

  /** Runs last: for a password that is refused anyway, no request leaves the server. */
  async #findLeak(password: string): Promise<Fault | null> {
    const leak = await this.needs.pwnedPasswords.find(password);
    if (leak === 'not known') return this.world.config.pwnedPasswords.whenDown === 'refuse' ? UNCHECKED : null;
    return leak === 'leaked' ? BREACHED : null;
  }

  /** Refuses "lovelace1815" and "lovelace123456": the rest without personal words must be long enough, and no common password. */
  #isTooPersonal(password: string, { email, name }: PasswordOwner, common: CommonPasswords): boolean {
    const remainders = withoutPersonalWords(password, [PRODUCT, this.world.config.issuer, email, name ?? '']);
    return remainders.some((rest) => [...rest].length < MIN_IMPERSONAL_CHARACTERS || common.has(rest));
  }
}

/** Checked before hashing: argon2 must not get a megabyte. */
export function isTooLong(password: string): boolean {
  return password.length > MAX_PASSWORD_UNITS || [...canonicalPassword(password)].length > MAX_PASSWORD_CHARACTERS;
}
