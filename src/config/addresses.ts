/** Types of settings that are addresses: of databases, servers, pages, proxies and mailboxes. */
import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { parseUrl } from '../lib/parse-url.js';
import type { SettingType } from './setting.js';

export const host: SettingType<string> = {
  values: 'an address or a host name',
  expected: 'an address or a host name',
  parse: (text) => (/^[\w.:-]{1,255}$/.test(text) ? text : undefined),
};

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const URL_PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'application_name'];

/** `sslmode` must decide about TLS. `prefer` and `allow` are refused, because they silently fall back to a connection without TLS. */
export const databaseUrl: SettingType<string> = {
  values: '`file:` and a path, or `postgresql://user:password@host:5432/database?sslmode=verify-full`',
  expected: `a SQLite file like file:./data/latchkey.db, or postgresql://user:password@host:5432/database, with no other parameters than ${URL_PARAMETERS.join(', ')}, and sslmode one of ${SSL_MODES.join(', ')}`,
  parse: (text) => (/^file:[^?#]+$/.test(text) || isPostgresqlUrl(text) ? text : undefined),
  hasPassword: true,
};

function isPostgresqlUrl(text: string): boolean {
  const url = /^postgres(ql)?:\/\//.test(text) ? parseUrl(text) : null;
  if (url === null) return false;
  const { searchParams, pathname, hash } = url;
  return (
    pathname.length > 1 &&
    hash === '' &&
    [...searchParams.keys()].every((name) => URL_PARAMETERS.includes(name)) &&
    searchParams.getAll('sslmode').every((mode) => SSL_MODES.includes(mode)) &&
    (searchParams.get('sslmode') !== 'verify-ca' || searchParams.has('sslrootcert'))
  );
}

/** The URL for `Config`: the path of a file becomes absolute, the address of a server stays as it is. */
export function absoluteUrl(url: string): string {
  const path = url.slice('file:'.length);
  return !url.startsWith('file:') || isAbsolute(path) ? url : resolvedFileUrl(url);
}

export function resolvedFileUrl(url: string): string {
  return `file:${resolve(url.slice('file:'.length))}`;
}

export const redisUrl: SettingType<string> = {
  values: '`redis://user:password@host:6379`, or `rediss://…` for TLS',
  expected:
    'a Redis server like redis://user:password@host:6379, or rediss:// for TLS, with special characters of the password percent-encoded',
  parse(text) {
    const url = parseUrl(text);
    if (url === null || !isDecodable(url)) return undefined;
    const { protocol, hostname, pathname, search, hash } = url;
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname) && search + hash === '' ? text : undefined;
  },
  hasPassword: true,
};

/** Whether user and password can be read: a `%` that begins no code makes the client of the server fail at every connection. */
function isDecodable({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(username + password) !== null;
  } catch {
    return false;
  }
}

export const smtpUrl: SettingType<string> = {
  values: '`smtp://user:password@host:587` or `smtps://…`',
  expected:
    'the address of a mail server, like smtp://user:password@mail.example.com:587, with special characters of the password percent-encoded',
  parse(text) {
    const url = parseUrl(text);
    if (url === null || !isDecodable(url)) return undefined;
    const { protocol, hostname } = url;
    return /^smtps?:$/.test(protocol) && hostname !== '' ? text : undefined;
  },
  hasPassword: true,
};

/** A mailbox as in a mail header (RFC 5322, section 3.4), with or without a name. */
export const mailbox: SettingType<string> = {
  values: 'an address like `login@example.com` or `Example <login@example.com>`',
  expected: 'an address like login@example.com or Example <login@example.com>',
  parse: (text) =>
    /^(?:[^<>\p{Cc}]{1,100} <[^\s<>@]{1,64}@[^\s<>@]{1,255}>|[^\s<>@]{1,64}@[^\s<>@]{1,255})$/u.test(text) ? text : undefined,
};

/** The base URL of a service or of pages. It loses its trailing slash, because the paths that are appended begin with one. */
export function baseUrl(example: string): SettingType<string> {
  return {
    values: `an address like \`${example}\`, without \`?\`, \`#\`, user or password`,
    expected: `an address like ${example}, without "?", "#", user or password`,
    parse(text) {
      if (!isHttpUrl(text) || /[?#]/.test(text)) return undefined;
      const url = new URL(text);
      return url.username === '' && url.password === '' ? text.replace(/\/+$/, '') : undefined;
    },
  };
}

const NO_ADDRESS_OF_A_PAGE = ['0.0.0.0', '[::]'];

/**
 * The address of pages that people open: like `baseUrl`, but written as a browser would. So a link in a mail is right even if the setting
 * was written with a default port, in capitals, or with the letters of a language. An address to listen on is none that a browser opens.
 */
export function pagesUrl(example: string): SettingType<string> {
  const base = baseUrl(example);
  return {
    ...base,
    expected: `${base.expected}, and with a host that a browser can open`,
    parse(text) {
      if (!/^https?:\/\/[^/\\]/i.test(text) || base.parse(text) === undefined) return undefined;
      const { origin, hostname, pathname } = new URL(text);
      if (NO_ADDRESS_OF_A_PAGE.includes(hostname) || hostname.includes('*')) return undefined;
      return (origin + pathname).replace(/\/+$/, '');
    },
  };
}

export const origins: SettingType<readonly string[]> = {
  values: 'origins like `https://app.example.com` or `capacitor://localhost`, separated by commas',
  expected:
    'origins exactly as browsers send them, like https://app.example.com or capacitor://localhost, separated by commas: without a path, a slash at the end or a default port, and each by its full name, since "*" is no pattern here',
  parse(text) {
    const parts = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    return parts.every(isOrigin) ? parts : undefined;
  },
};

/** Schemes that a browser never sends as an origin with a host: it would send `null`, or the scheme of the page. */
const NO_SCHEMES_OF_PAGES = ['ws', 'wss', 'ftp', 'file', 'data', 'blob', 'about', 'javascript'];

/** Pages inside an app have a scheme of their own: `capacitor:`, `ionic:`, `tauri:`, `chrome-extension:`. */
function isOrigin(text: string): boolean {
  if (isHttpUrl(text)) return new URL(text).origin === text && !text.includes('*');
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\/[a-z\d](?:[a-z\d._-]*[a-z\d])?(?::\d{1,5})?$/.exec(text) ?? [];
  return scheme !== undefined && !/^https?$/.test(scheme) && !NO_SCHEMES_OF_PAGES.includes(scheme);
}

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(parseUrl(text)?.protocol ?? '');
}

export const proxies: SettingType<boolean | number | readonly string[]> = {
  values: '`off`, `on`, a number of proxies, or addresses separated by commas',
  expected: '"off", "on", a number of proxies, or addresses separated by commas',
  parse(text) {
    if (text === 'off' || text === 'on') return text === 'on';
    if (/^[1-9]\d?$/.test(text)) return Number(text);
    const addresses = text.split(',').map((part) => part.trim());
    return addresses.every(isNetwork) ? addresses : undefined;
  },
};

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return most > 0 && !address.includes('%') && Number(bits ?? most) <= most;
}
