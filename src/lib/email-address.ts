/** One mailbox is one address: every way in which an address is typed or pasted gets one form, or none if its meaning is in doubt. */
import { domainToASCII, domainToUnicode } from 'node:url';
import { emailKeyOf, isEmailAddress } from './text-rules.js';

/** Longer than every spelling of an address that has at most 254 characters in its one form. */
const MAX_TYPED_CHARACTERS = 1_000;
/** What a phone or a copy leaves at the ends: blanks, line ends, and characters that nobody sees. */
const EDGES = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;
/** Fullwidth and halfwidth forms, which an input method for Chinese, Japanese or Korean types. */
const WIDE = /[\uff01-\uff5e\uff61-\uffdc\ufe6b]/g;
/** Without this check `domainToASCII` would decode percent signs and cut the text at a slash, as in a URL. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u;

/** Removes what stands unseen at the ends of a pasted text. It leaves a long text as it is: to search that takes quadratic time. */
export function trimPasted(text: string): string {
  return text.length > MAX_TYPED_CHARACTERS ? text : text.replace(EDGES, '');
}

/**
 * The address in the form in which it is stored and written to: the domain in ASCII (RFC 5890, A-labels) and in lower case, the local
 * part in NFC, as the user writes it. It takes `mailto:`, angle brackets around the address and the dot of the root.
 *
 * @returns null if the text is not one address, or may mean several: with a comment, a name, or something unseen inside
 */
export function toEmailAddress(text: string): string | null {
  if (text.length > MAX_TYPED_CHARACTERS || !text.isWellFormed()) return null;
  const bare = unwrapped(trimPasted(text).replace(WIDE, (wide) => wide.normalize('NFKC')));
  const at = bare.lastIndexOf('@');
  const domain = asciiDomainOf(bare.slice(at + 1));
  if (at < 0 || domain === null) return null;
  const address = `${unquoted(bare.slice(0, at)).normalize('NFC')}@${domain}`;
  return isEmailAddress(address) ? address : null;
}

/** The form in which addresses are compared; two addresses that look alike to people are one. Any text has such a form. */
export function mailboxKeyOf(text: string): string {
  const address = toEmailAddress(text);
  // A text that is no address belongs to nobody. Cut it: folding the case of a hundred kilobytes is costly.
  return address === null ? emailKeyOf(text.slice(0, 255)) : keyOf(address);
}

/**
 * The keys under which the user of an address may be stored: first the one that is written now, then those that earlier versions have
 * written, for a domain in Unicode and for a quoted local part.
 */
export function storedKeysOf(text: string): readonly string[] {
  const address = toEmailAddress(text);
  // Earlier versions took a few addresses that have no form now. Their users must be found as they are.
  if (address === null) return isEmailAddress(text) ? [emailKeyOf(text)] : [];
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  const locals = [local, `"${local}"`];
  const keys = [domain, domainToUnicode(domain)].flatMap((name) => locals.map((spelling) => emailKeyOf(`${spelling}@${name}`)));
  return [...new Set([keyOf(address), emailKeyOf(trimPasted(text)), ...keys])];
}

/** The end of a word changes the lower case of a Greek sigma, and some letters get another normal form by their lower case. */
function keyOf(address: string): string {
  return emailKeyOf(address).normalize('NFKC').replaceAll('ς', 'σ');
}

function unwrapped(text: string): string {
  const [, inner] = /^<([^<>]*)>$/.exec(text) ?? [];
  if (inner !== undefined) return trimPasted(inner);
  // An escaped character in a link may be any; the user can write the address itself.
  return text.includes('%') ? text : text.replace(/^mailto:/i, '');
}

/** `"ada"@example.com` is the mailbox of `ada@example.com` (RFC 5321, section 4.1.2). Quotes that are needed stay. */
function unquoted(local: string): string {
  const [, content] = /^"((?:[^"\\]|\\.)*)"$/.exec(local) ?? [];
  if (content === undefined) return local;
  const plain = content.replace(/\\(.)/g, '$1');
  return isEmailAddress(`${plain}@example.com`) && !plain.includes('@') ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`;
}

/** @returns null for what is no domain */
function asciiDomainOf(text: string): string | null {
  if (!DOMAIN.test(text)) return null;
  const domain = domainToASCII(text).replace(/\.$/, '');
  return domain === '' || domain.endsWith('.') ? null : domain;
}
