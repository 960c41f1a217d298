/** Which addresses count as one: one household, or one attacker, has a whole IPv6 network of 64 bits. */
import { isIPv6 } from 'node:net';
import { canonicalAddress } from '../../lib/ip-address.js';

/** @returns an IPv4 address, an IPv6 network, or the same word for all requests without an address */
export function addressKeyOf(ipAddress: string | null): string {
  const address = ipAddress === null ? null : canonicalAddress(ipAddress);
  if (address === null) return 'unknown';
  return isIPv6(address) ? `${groupsOf(address).slice(0, 4).join(':')}::/64` : address;
}

/** The eight hexadecimal groups of a canonical address. */
function groupsOf(ipv6: string): string[] {
  const [head = '', tail] = ipv6.split('::').map((part) => (part === '' ? [] : part.split(':')));
  if (tail === undefined) return [...head];
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}
