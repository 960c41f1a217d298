/** Reads what the application says about a token: its ids, and when it expires. */
import type { RevocableToken } from '../revocation/revocation-check.js';
import { BlacklistMisuse } from './errors.js';
import { type Id, storedId, textOf } from './ids.js';

/** The ids of what is revoked: one token (`jti`), or every token of a session (`sid`). */
export interface RevokedIds {
  readonly jti?: Id | null;
  readonly sid?: Id | null;
  /** The latest `exp` of any token that carries one of the ids. */
  readonly expiresAt: Date;
}

/** The ids of a verified token. At least one of them must be there. */
export interface TokenIds extends RevokedIds {
  /** The id of the user, and the counter that the token carries. */
  readonly user?: { readonly id: Id; readonly counter: number } | null;
}

/** The library has one generation of tokens: its tokens carry none. */
export const GENERATION = 1;

/** No stored id is empty. */
const ABSENT = '';

const EARLIEST = Date.UTC(2000);
const LATEST = Date.UTC(9999);

/** For rows that are kept until they are removed. */
export const FOR_EVER = LATEST;

/** @returns milliseconds since the epoch. @throws BlacklistMisuse */
export function instantOf(expiresAt: unknown): number {
  if (!(expiresAt instanceof Date) || Number.isNaN(expiresAt.getTime())) {
    throw new BlacklistMisuse('expiresAt is a valid Date: the `exp` of the token, such as new Date(claims.exp * 1000).');
  }
  const instant = expiresAt.getTime();
  if (instant < EARLIEST) {
    throw new BlacklistMisuse(
      `expiresAt is ${expiresAt.toISOString()}. The claim \`exp\` has seconds and a Date milliseconds: new Date(claims.exp * 1000).`,
    );
  }
  if (instant > LATEST) throw new BlacklistMisuse('expiresAt lies after the year 9999. Was it multiplied by 1000 twice?');
  return instant;
}

/** @throws BlacklistMisuse */
export function counterOf(counter: unknown): number {
  if (Number.isSafeInteger(counter) && (counter as number) >= 0) return counter as number;
  throw new BlacklistMisuse(
    'A counter is a whole number from `endUser` or `counterOf`. For a token that was issued without one, say 0: `counter: claims.cnt ?? 0`.',
  );
}

/** The stored ids of what is to be revoked, with their kinds. @throws BlacklistMisuse if there is none */
export function idsToRevoke({ jti, sid }: RevokedIds): { readonly id: string; readonly kind: 'jti' | 'sid' }[] {
  const ids = [
    ...(isGiven(jti) ? [{ id: storedId('jti', textOf('jti', jti)), kind: 'jti' as const }] : []),
    ...(isGiven(sid) ? [{ id: storedId('sid', textOf('sid', sid)), kind: 'sid' as const }] : []),
  ];
  if (ids.length === 0) throw new BlacklistMisuse('There is no id to revoke: give the `jti` of the token or the `sid` of its session.');
  return ids;
}

/** The token as the check of the server takes it: the counter of the user stands in the place of the key. @throws BlacklistMisuse */
export function toRevocable({ jti, sid, user, expiresAt }: TokenIds): RevocableToken {
  if (!isGiven(jti) && !isGiven(sid) && !isGiven(user)) throw new BlacklistMisuse(WITHOUT_ID);
  return {
    jti: isGiven(jti) ? storedId('jti', textOf('jti', jti)) : ABSENT,
    sid: isGiven(sid) ? storedId('sid', textOf('sid', sid)) : ABSENT,
    kid: isGiven(user) ? storedId('user', textOf('user', user.id), counterOf(user.counter)) : ABSENT,
    gen: GENERATION,
    exp: instantOf(expiresAt) / 1000,
  };
}

const WITHOUT_ID =
  'The token has no id, so nothing could revoke it. Issue tokens with a `jti`, for example jwt.sign(claims, key, { jwtid: crypto.randomUUID() }), and refuse those without.';

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}
