/** The rules for the short texts that clients send: email, name, device name, reason, role, search. */
import { domainToUnicode } from 'node:url';
import isEmail from 'validator/lib/isEmail.js';

const MAX_EMAIL_CHARACTERS = 254;
const MAX_NAME_CHARACTERS = 200;
const MAX_REASON_CHARACTERS = 500;
const MAX_USER_AGENT_CHARACTERS = 512;
/** An email is the longest text that a search can find. */
export const MAX_SEARCH_CHARACTERS = MAX_EMAIL_CHARACTERS;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** Invisible characters make two different addresses look the same. The grammar also allows line breaks between quotation marks. */
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

/** The text in which an administrator's search looks: the email, also with the domain as people read it, and the name. */
export function searchKeyOf(email: string, name: string | null): string {
  const shown = email.replace(/[^@]*$/, domainToUnicode);
  const emails = shown === email ? email : `${email} ${shown}`;
  return `${searchTermOf(emails)}\n${searchTermOf(name ?? '')}`;
}

/** The searched text, in the form that `searchKeyOf` has. */
export function searchTermOf(text: string): string {
  return emailKeyOf(text);
}

/** Whether an email or a name can contain the text. A line break can't be allowed: it would match the one that separates the two. */
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

/** The reason that an administrator gives for an action. */
export function isReason(text: string): boolean {
  return text.length > 0 && text.length <= MAX_REASON_CHARACTERS && text.isWellFormed() && text.search(CONTROL_CHARACTERS) < 0;
}

/** Makes the header fit instead of refusing it, because no user typed it. */
export function fitUserAgent(text: string): string {
  return text.toWellFormed().replace(CONTROL_CHARACTERS, ' ').slice(0, MAX_USER_AGENT_CHARACTERS);
}
