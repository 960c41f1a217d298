/** The rules of the short texts that are handed in: email, name, device name, reason, role, search. */
import isEmail from 'validator/lib/isEmail.js';

const MAX_EMAIL_CHARACTERS = 254;
const MAX_NAME_CHARACTERS = 200;
const MAX_REASON_CHARACTERS = 500;
const MAX_USER_AGENT_CHARACTERS = 512;
/** An email is the longest thing that a search can find. */
export const MAX_SEARCH_CHARACTERS = MAX_EMAIL_CHARACTERS;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Line breaks between quotation marks, which the grammar allows, and all that makes two addresses out of one for the eye. */
const UNSEEN_CHARACTERS = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

/** RFC 5321 addresses, internationalized local parts included (RFC 6531). */
export function isEmailAddress(text: string): boolean {
  if (text.length > MAX_EMAIL_CHARACTERS || !text.isWellFormed() || UNSEEN_CHARACTERS.test(text)) return false;
  return isEmail.default(text, { allow_utf8_local_part: true });
}

/** The form in which emails are compared: two addresses that look alike to people are one. */
export function emailKeyOf(email: string): string {
  return email.normalize('NFKC').toLowerCase();
}

/** What an administrator's search looks into. */
export function searchKeyOf(email: string, name: string | null): string {
  return `${searchTermOf(email)}\n${searchTermOf(name ?? '')}`;
}

/** What is searched for, in the form in which it is found. */
export function searchTermOf(text: string): string {
  return emailKeyOf(text);
}

/** Whether an email or a name can contain the text at all: a line break would be found between the two. */
export function isSearchable(text: string): boolean {
  return text.isWellFormed() && text.search(CONTROL_CHARACTERS) < 0;
}

export function isName(text: string): boolean {
  return text.length > 0 && text.length <= MAX_NAME_CHARACTERS && text.isWellFormed() && text.search(CONTROL_CHARACTERS) < 0;
}

export const MAX_ROLES = 20;

export function isRole(text: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(text);
}

/** Why an administrator did something. */
export function isReason(text: string): boolean {
  return text.length > 0 && text.length <= MAX_REASON_CHARACTERS && text.isWellFormed() && text.search(CONTROL_CHARACTERS) < 0;
}

/** A header is not typed by a user, so it is made to fit instead of refused. */
export function fitUserAgent(text: string): string {
  return text.toWellFormed().replace(CONTROL_CHARACTERS, ' ').slice(0, MAX_USER_AGENT_CHARACTERS);
}
