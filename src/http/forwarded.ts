/** Reads what a proxy writes about its client: `X-Forwarded-*` in the dialects of common proxies, and `Forwarded` (RFC 7239). */
import type { IncomingHttpHeaders } from 'node:http';
import { canonicalAddress } from '../lib/ip-address.js';

/** What each proxy wrote, in the order of the headers: the last entry is that of the nearest proxy. */
export interface ForwardedEntries {
  /** Not parsed yet: only the entries of trusted proxies are worth it. */
  readonly clients: readonly string[];
  readonly hosts: readonly string[];
  readonly protocols: readonly string[];
}

/** An obfuscated port (RFC 7239, section 6.3) is one too. */
const PORT = '(?::(?:\\d{1,5}|_[\\w.-]+))?';
const BRACKETED = new RegExp(`^\\[([^\\]]*)\\]${PORT}$`);
const IPV4_WITH_PORT = new RegExp(`^([\\d.]{7,15})${PORT}$`);

/**
 * Reads one entry: an address, with or without a port, brackets, quotes or blanks around it.
 *
 * @returns the canonical address; null for `unknown`, an obfuscated name (RFC 7239, section 6.3), or anything else
 */
export function parseClient(entry: string): string | null {
  const text = unquote(entry.trim());
  const [, inside] = BRACKETED.exec(text) ?? IPV4_WITH_PORT.exec(text) ?? [];
  return canonicalAddress(inside ?? text);
}

/** The lists of `X-Forwarded-For`, `-Host` and `-Proto`. RFC 9110, section 5.6.1: empty elements of a list do not count. */
export function readXForwarded(headers: IncomingHttpHeaders): ForwardedEntries {
  return {
    clients: listOf(headers['x-forwarded-for']),
    hosts: listOf(headers['x-forwarded-host']),
    protocols: listOf(headers['x-forwarded-proto']),
  };
}

function listOf(header: string | readonly string[] | undefined): string[] {
  const text = typeof header === 'object' ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** RFC 7239, section 4. An element that does not say `for` still stands for a proxy, with a client that is not known. */
export function readForwarded(text: string): ForwardedEntries {
  const elements = splitOutsideQuotes(text, ',')
    .filter((element) => element.trim() !== '')
    .map(parametersOf);
  return {
    clients: elements.map((element) => element.get('for') ?? 'unknown'),
    hosts: elements.flatMap((element) => element.get('host') ?? []),
    protocols: elements.flatMap((element) => element.get('proto') ?? []),
  };
}

function parametersOf(element: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of splitOutsideQuotes(element, ';')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = pair.slice(0, at).trim().toLowerCase();
    // RFC 7239, section 4: a parameter must not occur twice. Of two, neither can be believed.
    parameters.set(name, parameters.has(name) ? '' : unquote(pair.slice(at + 1).trim()));
  }
  return parameters;
}

/** Goes over the text once: a regular expression could be made to go over it again for every quote. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}

/** RFC 9110, section 5.6.4. */
function unquote(text: string): string {
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return isQuoted ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}
