/** Checks the options of a verifier, and completes them. */
import type { VerifierOptions } from './contract.js';

export type Algorithm = 'ES256' | 'RS256';

export interface Settings {
  /** Ends with a slash. */
  readonly baseUrl: string;
  readonly credential: string;
  readonly audience: string;
  /** Null for the one that the login server states. */
  readonly issuer: string | null;
  /** The longest age of what a bounded verifier uses; null for a strict one. */
  readonly boundedMs: number | null;
  readonly algorithms: ReadonlySet<string>;
  readonly clockToleranceSeconds: number;
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
}

const KNOWN = [
  'url',
  'credential',
  'audience',
  'issuer',
  'mode',
  'algorithms',
  'clockToleranceSeconds',
  'leaseMs',
  'requestTimeoutMs',
  'log',
  'fetch',
  'clock',
];
const ALGORITHMS: readonly string[] = ['ES256', 'RS256'] satisfies readonly Algorithm[];
const CREDENTIAL = /^lkv_[A-Za-z0-9_-]{16,}$/;
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @throws TypeError */
export function checkOptions(options: VerifierOptions): Settings {
  if (typeof options !== 'object' || options === null) fail('needs an object of options: url, credential and audience');
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) fail(`does not know the option "${unknown}". It knows ${KNOWN.join(', ')}`);
  const { credential, audience, issuer, log, fetch: send, clock } = options;
  // The text of a wrong credential is never repeated: it may be a right one with a character too many.
  if (typeof credential !== 'string' || !CREDENTIAL.test(credential))
    fail('needs in "credential" the text that `latchkey service create` has shown: it begins with lkv_');
  if (typeof audience !== 'string' || audience === '') fail('needs in "audience" the audience of this service, as tokens name it');
  if (issuer !== undefined && (typeof issuer !== 'string' || issuer === '')) fail('takes in "issuer" the iss of tokens, a text');
  if (log !== undefined && !(['info', 'warn', 'error'] as const).every((level) => typeof log?.[level] === 'function'))
    fail('takes in "log" an object with the functions info, warn and error, such as a logger of pino');
  if (send !== undefined && typeof send !== 'function') fail('takes in "fetch" a function like the global fetch');
  if (clock !== undefined && typeof clock?.now !== 'function') fail('takes in "clock" an object with the function now');
  return {
    baseUrl: baseUrlOf(options.url),
    credential,
    audience,
    issuer: issuer ?? null,
    boundedMs: boundedMsOf(options.mode),
    algorithms: algorithmsOf(options.algorithms),
    clockToleranceSeconds: numberOf('clockToleranceSeconds', options.clockToleranceSeconds ?? 5, 0, 60),
    leaseMs: numberOf('leaseMs', options.leaseMs ?? 2_000, 100, 60_000),
    requestTimeoutMs: numberOf('requestTimeoutMs', options.requestTimeoutMs ?? 2_000, 100, 60_000),
  };
}

function baseUrlOf(text: unknown): string {
  const url = typeof text === 'string' ? parse(text) : null;
  if (url === null) return fail('needs in "url" the URL of the login server, such as https://login.example.com');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    fail('takes in "url" no user, password, query or fragment');
  const isLoopback = LOOPBACK.test(url.hostname);
  // Whoever can read the line would read the credential, and whoever can write to it could keep a logout back.
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback))
    fail('needs a URL with https: plain http is allowed for localhost and loopback addresses only');
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function boundedMsOf(mode: VerifierOptions['mode']): number | null {
  if (mode === undefined || mode === 'strict') return null;
  if (typeof mode !== 'object' || mode === null) return fail('takes in "mode" either "strict" or { bounded: seconds }');
  return numberOf('mode.bounded', mode.bounded, 1, 3_600) * 1000;
}

function algorithmsOf(given: VerifierOptions['algorithms']): ReadonlySet<string> {
  if (given === undefined) return new Set(ALGORITHMS);
  if (!Array.isArray(given) || given.length === 0 || !given.every((each) => ALGORITHMS.includes(each)))
    fail(`takes in "algorithms" a list of at least one of ${ALGORITHMS.join(', ')}`);
  return new Set(given);
}

function numberOf(name: string, value: unknown, from: number, to: number): number {
  if (typeof value === 'number' && value >= from && value <= to) return value;
  return fail(`takes in "${name}" a number from ${from} to ${to}`);
}

function fail(what: string): never {
  throw new TypeError(`createVerifier ${what}.`);
}
