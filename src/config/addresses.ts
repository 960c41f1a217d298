/** Types of settings that are addresses: of databases, servers, pages, proxies and mailboxes. */
import { isAbsolute, resolve } from 'node:path';
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
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { searchParams, pathname, hash } = new URL(text);
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
    if (!URL.canParse(text) || !isDecodable(text)) return undefined;
    const { protocol, hostname, pathname, search, hash } = new URL(text);
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname) && search + hash === '' ? text : undefined;
  },
  hasPassword: true,
};

/** Whether user and password can be read: a `%` that begins no code makes the client of the server fail at every connection. */
function isDecodable(url: string): boolean {
  const { username, password } = new URL(url);
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
    if (!URL.canParse(text) || !isDecodable(text)) return undefined;
    const { protocol, hostname } = new URL(text);
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

export const origins: SettingType<readonly string[]> = {
  values: 'origins like `https://app.example.com`, separated by commas',
  expected: 'origins like https://app.example.com, separated by commas',
  parse(text) {
    const parts = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    return parts.every(isOrigin) ? parts : undefined;
  },
};

function isOrigin(text: string): boolean {
  return isHttpUrl(text) && new URL(text).origin === text;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

export const proxies: SettingType<boolean | number | readonly string[]> = {
  values: '`off`, `on`, a number of proxies, or addresses separated by commas',
  expected: '"off", "on", a number of proxies, or addresses separated by commas',
  parse(text) {
    if (text === 'off' || text === 'on') return text === 'on';
    if (/^[1-9]\d?$/.test(text)) return Number(text);
    const addresses = text.split(',').map((part) => part.trim());
    return addresses.every((address) => /^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(address)) ? addresses : undefined;
  },
};
