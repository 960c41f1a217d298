/** How the text of a setting becomes its value, or a fault that says what was expected. */
import { z } from 'zod';

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** @returns whole seconds */
export function duration(fallback: string, minSeconds: number, maxSeconds: number) {
  const expected = `a duration like 90s, 15m, 12h or 30d, from ${minSeconds}s to ${maxSeconds}s`;
  return checked(fallback, expected, (text) => {
    const match = /^(\d{1,9})(s|m|h|d)$/.exec(text);
    const seconds = match ? Number(match[1]) * SECONDS_PER_UNIT[match[2] as 's'] : Number.NaN;
    return seconds >= minSeconds && seconds <= maxSeconds ? seconds : undefined;
  });
}

/** @returns null if nothing was said */
export function milliseconds(fallback: string, min: number, max: number) {
  return checked<number | null>(fallback, `a duration like 300ms or 2s, from ${min}ms to ${max}ms`, (text) => {
    if (text === '') return null;
    const match = /^(\d{1,9})(ms|s|m)$/.exec(text);
    const value = match ? Number(match[1]) * { ms: 1, s: 1_000, m: 60_000 }[match[2] as 'ms'] : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** @param parse answers undefined for a text that is wrong */
export function checked<Value>(fallback: string, expected: string, parse: (text: string) => Value | undefined) {
  return z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    });
}

export function oneOf<const Choice extends string>(fallback: Choice, choices: readonly Choice[]) {
  return checked(fallback, choices.map((choice) => `"${choice}"`).join(' or '), (text) => choices.find((choice) => choice === text));
}

export function wholeNumber(fallback: number, min: number, max: number) {
  return checked(String(fallback), `a whole number from ${min} to ${max}`, (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined,
  );
}

export const claim = (fallback: string) =>
  checked(fallback, 'printable text of at most 255 characters', (text) => (/^[!-~]{1,255}$/.test(text) ? text : undefined));

export const origins = checked('', 'origins like https://app.example.com, separated by commas', (text) => {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.every(isOrigin) ? parts : undefined;
});

function isOrigin(text: string): boolean {
  return isHttpUrl(text) && new URL(text).origin === text;
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

export const proxies = checked('off', '"off", "on", a number of proxies, or addresses separated by commas', (text) => {
  if (text === 'off' || text === 'on') return text === 'on';
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const addresses = text.split(',').map((part) => part.trim());
  return addresses.every((address) => /^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(address)) ? addresses : undefined;
});

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const URL_PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'application_name'];

/** `sslmode` must say whether there is TLS or not: `prefer` and `allow` would fall back to none without a word. */
export const databaseUrl = checked(
  '',
  `a SQLite file like file:./data/latchkey.db, or postgresql://user:password@host:5432/database, with no other parameters than ${URL_PARAMETERS.join(', ')}, and sslmode one of ${SSL_MODES.join(', ')}`,
  (text) => {
    if (text === '' || /^file:[^?#]+$/.test(text)) return text;
    return isPostgresqlUrl(text) ? text : undefined;
  },
);

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

export const redisUrl = checked('', 'a Redis server like redis://user:password@host:6379, or rediss:// for TLS', (text) => {
  if (text === '') return text;
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname, search, hash } = new URL(text);
  return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname) && search + hash === '' ? text : undefined;
});

export const redisPrefix = checked('latchkey:', 'at most 100 letters, digits and ":._-{}"', (text) =>
  /^[\w:.{}-]{1,100}$/.test(text) ? text : undefined,
);

/** An address to send requests or people to; what follows is joined with a slash. Empty when there is none. */
export const baseUrl = (fallback: string, example: string) =>
  checked(fallback, `an address like ${example}, without "?", "#", user or password`, (text) => {
    if (text === '') return text;
    if (!isHttpUrl(text) || /[?#]/.test(text)) return undefined;
    const url = new URL(text);
    return url.username === '' && url.password === '' ? text.replace(/\/+$/, '') : undefined;
  });

export const smtpUrl = checked('', 'the address of a mail server, like smtp://user:password@mail.example.com:587', (text) => {
  if (text === '') return text;
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname } = new URL(text);
  return /^smtps?:$/.test(protocol) && hostname !== '' ? text : undefined;
});

/** A mailbox as it stands in a header (RFC 5322, section 3.4), with a name or without. */
export const mailbox = checked('', 'an address like login@example.com or Example <login@example.com>', (text) =>
  text === '' || /^(?:[^<>\p{Cc}]{1,100} <[^\s<>@]{1,64}@[^\s<>@]{1,255}>|[^\s<>@]{1,64}@[^\s<>@]{1,255})$/u.test(text) ? text : undefined,
);
