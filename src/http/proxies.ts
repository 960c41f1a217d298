/** Decides what to believe of the headers that proxies write: the address of the client, and the name and scheme it asked for. */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { canonicalAddress } from '../lib/ip-address.js';
import type { Log } from '../lib/log.js';
import { type ForwardedEntries, parseClient, readForwarded, readXForwarded } from './forwarded.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The canonical IP address of the client, as far as `TRUST_PROXY` lets the server believe it. Null if a trusted proxy wrote something
     * else in its place.
     */
    readonly clientAddress: string | null;
  }
}

/** A request as Node has it, before Fastify: WebSockets are checked by it. */
export interface RawRequest {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** The address that the client had, and the name and scheme that it used, by the word of trusted proxies. */
export interface Proxied {
  readonly address: string | null;
  /** Each proxy may have been asked under a name of its own. */
  readonly hosts: readonly string[];
  /** What the outermost trusted proxy said; null if it said nothing. */
  readonly protocol: string | null;
}

export interface Proxies {
  read(request: RawRequest): Proxied;
}

/** Whether the proxy that this entry names is trusted. `hop` 0 is the peer of the socket. */
type Trust = (entry: string, hop: number) => boolean;

/** More proxies in a row are a header that somebody made up, to make the server work. */
const LONGEST_CHAIN = 100;

export function createProxies(trustProxy: Config['trustProxy'], log: Log): Proxies {
  const trusts = trustOf(trustProxy);
  const warn = createWarnings(log);
  return {
    read({ headers, socket }) {
      const peer = socket.remoteAddress ?? '';
      if (!trusts(peer, 0)) return { address: canonicalAddress(peer), hosts: [], protocol: null };
      const { entries, name } = entriesOf(headers);
      const { entry, hops } = walk(peer, entries.clients, trusts);
      const address = parseClient(entry);
      if (address === null && entry !== peer) warn(name, entry);
      return { address, hosts: entries.hosts.slice(-hops), protocol: entries.protocols.slice(-hops)[0]?.toLowerCase() ?? null };
    },
  };
}

export function decorateWithAddress(server: FastifyInstance, proxies: Proxies): void {
  server.decorateRequest('clientAddress', {
    getter() {
      return proxies.read(this.raw).address;
    },
  });
}

/**
 * `Forwarded` counts only without `X-Forwarded-For`. Most proxies write the latter and pass on whatever `Forwarded` a client sends, so the
 * other order would let clients choose their address.
 */
function entriesOf(headers: IncomingHttpHeaders): { readonly entries: ForwardedEntries; readonly name: string } {
  const entries = readXForwarded(headers);
  const { forwarded } = headers;
  if (entries.clients.length > 0 || forwarded === undefined) return { entries, name: 'X-Forwarded-For' };
  const standard = readForwarded(forwarded);
  return {
    entries: {
      clients: standard.clients,
      hosts: [...entries.hosts, ...standard.hosts],
      protocols: standard.protocols.length > 0 ? standard.protocols : entries.protocols,
    },
    name: 'Forwarded',
  };
}

/** Goes from the socket outwards, as long as the entries were written by trusted proxies. `hops` counts these proxies. */
function walk(peer: string, clients: readonly string[], trusts: Trust): { readonly entry: string; readonly hops: number } {
  let entry = peer;
  let hops = 0;
  while (trusts(entry, hops)) {
    hops += 1;
    const next = clients[clients.length - hops];
    if (next === undefined) break;
    entry = next;
  }
  return { entry, hops };
}

/** A number says how many proxies stand before this server: that many addresses, counted from the nearest, belong to proxies. */
function trustOf(trustProxy: Config['trustProxy']): Trust {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  if (typeof trustProxy === 'number') return (_entry, hop) => hop < trustProxy;
  const list = new BlockList();
  for (const each of trustProxy) {
    const [text = '', bits] = each.split('/');
    const address = canonicalAddress(text) ?? text;
    const isMapped = isIPv6(text) && !isIPv6(address);
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const whole = isIPv6(text) ? 128 : 32;
    list.addSubnet(address, Math.max(0, Number(bits ?? whole) - (isMapped ? 96 : 0)), family);
  }
  return (entry, hop) => {
    const address = hop < LONGEST_CHAIN ? parseClient(entry) : null;
    return address !== null && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}

/** Longer than any address. */
const SHAPE_LENGTH = 60;

/** Warns once. It shows the shape of the text and not the text: a client may have sent it. */
function createWarnings(log: Log): (header: string, text: string) => void {
  let isTold = false;
  return (header, text) => {
    if (isTold) return;
    isTold = true;
    const shape = text
      .slice(0, SHAPE_LENGTH)
      .replace(/\d/g, '9')
      .replace(/[^\d\s.:;,="[\]_/-]/g, 'a');
    log.warn(
      { header, shape },
      'a trusted proxy wrote no readable address of its client: such requests have no budget of their address, only that of the user',
    );
  };
}
