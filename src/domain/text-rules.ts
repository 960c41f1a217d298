/** The rules of the short texts that a user hands in: email, name, device name. */
import isEmail from 'validator/lib/isEmail.js';

const MAX_EMAIL_CHARACTERS = 254;
const MAX_NAME_CHARACTERS = 200;
const MAX_USER_AGENT_CHARACTERS = 512;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** RFC 5321 addresses, internationalized local parts included (RFC 6531). */
export function isEmailAddress(text: string): boolean {
  return text.length <= MAX_EMAIL_CHARACTERS && text.isWellFormed() && isEmail.default(text, { allow_utf8_local_part: true });
}

/** The form in which emails are compared: two addresses that look alike to people are one. */
export function emailKeyOf(email: string): string {
  return email.normalize('NFKC').toLowerCase();
}

export function isName(text: string): boolean {
  return text.length > 0 && text.length <= MAX_NAME_CHARACTERS && text.isWellFormed() && text.search(CONTROL_CHARACTERS) < 0;
}

/** A header is not typed by a user, so it is made to fit instead of refused. */
export function fitUserAgent(text: string): string {
  return text.toWellFormed().replace(CONTROL_CHARACTERS, ' ').slice(0, MAX_USER_AGENT_CHARACTERS);
}
