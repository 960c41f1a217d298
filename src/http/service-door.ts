/** The door for other services: turns the headers of a request into a service credential, or refuses. */
import type { FastifyRequest } from 'fastify';
import { LatchkeyError } from '../lib/errors.js';
import type { Origin } from '../lib/origin.js';
import { authorizationOf, originOf } from './incoming-request.js';

/** A credential that is known and not revoked. */
export interface KnownService {
  readonly id: string;
  readonly name: string;
  /** The audience (claim `aud`) of the tokens about which the service may ask. */
  readonly audience: string;
}

interface Needs {
  /**
   * Looks a credential up in the database. It counts a wrong one against the address.
   *
   * @returns null if it is unknown or revoked
   * @throws LatchkeyError RATE_LIMITED, AUTH_UNAVAILABLE
   */
  readonly identify: (credential: string, origin: Origin) => Promise<KnownService | null>;
}

/**
 * Answers which service sends a request, from the database, each time. Fastify's error handler turns what it throws into 400, 401 with
 * `WWW-Authenticate`, 429 or 503 with `Retry-After`, each with JSON.
 *
 * @throws LatchkeyError BAD_USER_INPUT for a secret in the query, UNAUTHENTICATED without exactly one right credential, RATE_LIMITED after
 *   too many wrong ones from one address, AUTH_UNAVAILABLE if the database can't answer
 */
export type AuthenticateService = (request: FastifyRequest) => Promise<KnownService>;

export interface ServiceDoor {
  /** Takes `Authorization: Bearer lkv_…` (RFC 6750, section 2.1). */
  readonly bearer: AuthenticateService;
  /** Takes the same, or HTTP Basic with the id of the credential as the name (RFC 6749, section 2.3.1). */
  readonly bearerOrBasic: AuthenticateService;
}

/** What the headers show: the credential, and with HTTP Basic the id that it must have. */
interface Shown {
  readonly credential: string;
  readonly id: string | null;
}

const HOW = 'Send one header "Authorization: Bearer <service credential>". `latchkey service create` makes a credential.';
const BEARER = /^bearer +(lkv_[\w-]+)$/i;
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
/** The parameters in which clients put tokens and secrets (RFC 6750, section 2.3; RFC 6749, section 2.3.1; RFC 7662, section 2.1). */
const SECRET_PARAMETERS = ['access_token', 'token', 'client_secret'];

export function createServiceDoor({ identify }: Needs): ServiceDoor {
  const enter = async (request: FastifyRequest, read: (authorization: string) => Shown | null): Promise<KnownService> => {
    refuseSecretsInQuery(request);
    const [only, ...more] = authorizationOf(request);
    if (only === undefined) throw LatchkeyError.wrongCredential('CREDENTIAL_MISSING', HOW);
    // Of two headers a proxy may have checked the other one.
    const shown = more.length > 0 ? null : read(only);
    const service = await identify(shown?.credential ?? '', originOf(request));
    if (service === null || shown === null || (shown.id !== null && shown.id !== service.id))
      throw LatchkeyError.wrongCredential('CREDENTIAL_INVALID', `This is no service credential, or it was revoked. ${HOW}`);
    return service;
  };
  return {
    bearer: (request) => enter(request, readBearer),
    bearerOrBasic: (request) => enter(request, (authorization) => readBearer(authorization) ?? readBasic(authorization)),
  };
}

/** URLs are written to logs and histories, so a secret in one is refused, even a right one. @throws LatchkeyError BAD_USER_INPUT */
export function refuseSecretsInQuery({ query }: Pick<FastifyRequest, 'query'>): void {
  const parameters = Object.entries(query as Record<string, string | readonly string[]>);
  const isSecret = ([name, value]: (typeof parameters)[number]) =>
    SECRET_PARAMETERS.includes(name) || [value].flat().some((text) => text.startsWith('lkv_'));
  if (parameters.some(isSecret))
    throw LatchkeyError.badInput('A token or credential in the URL ends up in logs. Send it in a header or a form, and revoke this one.');
}

function readBearer(authorization: string): Shown | null {
  const credential = BEARER.exec(authorization)?.[1];
  return credential === undefined ? null : { credential, id: null };
}

/** Name and password are form-encoded before they are encoded as Basic (RFC 6749, section 2.3.1). */
function readBasic(authorization: string): Shown | null {
  const text = Buffer.from(BASIC.exec(authorization)?.[1] ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  const id = decodeForm(text.slice(0, colon));
  const credential = decodeForm(text.slice(colon + 1));
  return id === null || credential === null ? null : { id, credential };
}

function decodeForm(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/** The credential that the one `Authorization` header shows, as it was sent; null if there is not exactly one, or it shows none. */
export function bearerOf(request: FastifyRequest): string | null {
  refuseSecretsInQuery(request);
  const [only, ...more] = authorizationOf(request);
  return only === undefined || more.length > 0 ? null : (readBearer(only)?.credential ?? null);
}
