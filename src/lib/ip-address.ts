/** Reads an IP address in any of its spellings, and gives the one canonical text, so that one client has one address. */
import { isIPv4, isIPv6 } from 'node:net';

const MAPPED = '::ffff:';

/**
 * Reads an address without port, brackets or quotes.
 *
 * @returns an IPv4 address as it is, also for its IPv6 spelling (`::ffff:192.0.2.1`); an IPv6 address as in RFC 5952, section 4, without
 *   zone; null for every other text
 */
export function canonicalAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  // The fast way: a socket that listens on `::` spells every IPv4 client like this.
  if (text.startsWith(MAPPED) && isIPv4(text.slice(MAPPED.length))) return text.slice(MAPPED.length);
  if (!isIPv6(text)) return null;
  // The zone is cut off: it belongs to this machine, not to the address, and may be kilobytes long.
  const compressed = new URL(`http://[${text.replace(/%.*$/s, '')}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed) ?? [];
  return high === undefined || low === undefined ? compressed : [high, low].flatMap(bytesOf).join('.');
}

function bytesOf(group: string): number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}
