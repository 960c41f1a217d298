/** Which addresses count as one: one household, or one attacker, has a whole IPv6 network of 64 bits. */
import { isIPv6 } from 'node:net';

/** @returns an IPv4 address, an IPv6 network, or the same word for all requests without an address */
export function addressKeyOf(ipAddress: string | null): string {
  if (ipAddress === null) return 'unknown';
  if (!isIPv6(ipAddress)) return ipAddress;
  const groups = groupsOf(ipAddress);
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isMapped ? groups.slice(6).flatMap(bytesOf).join('.') : `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight hexadecimal groups, as `URL` normalizes them. The zone is cut off: it belongs to this machine, not to the address. */
function groupsOf(ipv6: string): string[] {
  const text = new URL(`http://[${ipv6.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::').map((part) => (part === '' ? [] : part.split(':')));
  if (tail === undefined) return [...head];
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}

function bytesOf(group: string): number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}
