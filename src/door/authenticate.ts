/** The door: the one place where a string becomes an authenticated caller (R1). */
import type { AccessToken } from '../caller/access-token-claims.js';
import { bearerTokenOf } from '../caller/bearer-token.js';
import type { Caller, ContextBuilder, Door } from '../caller/caller.js';
import type { AccessTokens, Verification } from '../features/tokens/access-tokens.js';
import type { UnauthenticatedReason } from '../lib/errors.js';
import { createTurns } from '../lib/queue.js';
import { hasEnded, type RevocationCheck, type RevocationVerdict } from '../revocation/revocation-check.js';

/** A bad token never throws here: `login` must work for a client that still sends an expired or revoked one. */
export function createDoor(accessTokens: AccessTokens, check: RevocationCheck): Door {
  const callerOf: Door['callerOf'] = (text) => {
    const verification = accessTokens.verify(text);
    if (verification.kind !== 'key-unknown') return judge(verification, check);
    return accessTokens.reloadKeys().then(
      () => judge(accessTokens.verify(text), check),
      (failure: unknown): Caller => ({ kind: 'unknown', token: null, failure }),
    );
  };
  return {
    callerOf,
    callerBehind(authorization) {
      const text = bearerTokenOf(authorization);
      if (text === null || text === undefined) return anonymous(text === null ? 'TOKEN_INVALID' : 'TOKEN_MISSING', null);
      return callerOf(text);
    },
  };
}

export function createContextBuilder({ callerBehind }: Door): ContextBuilder {
  const waitForTurn = createTurns();
  return ({ authorization, requestId, headers, origin, refreshCookie }) => {
    const caller = callerBehind(authorization);
    const contextOf = (known: Caller) => ({ caller: known, requestId, headers, origin, refreshCookie });
    // Strangers continue one by one: a flood of logins must not hold up the clients that are logged in.
    const inTurn = (known: Caller) => (isStranger(known) ? waitForTurn().then(() => contextOf(known)) : contextOf(known));
    return caller instanceof Promise ? caller.then(inTurn) : inTurn(caller);
  };
}

/** A stranger is a client that sent no token of this server. A client with an expired or revoked token is none. */
function isStranger(caller: Caller): boolean {
  return caller.kind === 'anonymous' && caller.token === null;
}

function judge(verification: Verification, check: RevocationCheck): Caller | Promise<Caller> {
  if (verification.kind === 'invalid' || verification.kind === 'key-unknown') return anonymous('TOKEN_INVALID', null);
  if (verification.kind === 'expired') return anonymous('TOKEN_EXPIRED', verification.claims);
  return authenticateLive(verification.claims, check);
}

/** Synchronous if the check is: in mode `memory` an authorized request stays in its turn of the event loop. */
function authenticateLive(token: AccessToken, check: RevocationCheck): Caller | Promise<Caller> {
  const unknown = (failure: unknown): Caller => ({ kind: 'unknown', token, failure });
  try {
    const verdict = check.ask(token);
    return verdict instanceof Promise ? verdict.then((known) => judged(token, known), unknown) : judged(token, verdict);
  } catch (failure) {
    return unknown(failure);
  }
}

function judged(token: AccessToken, verdict: RevocationVerdict): Caller {
  if (verdict === 'live') return { kind: 'authenticated', token };
  return anonymous(verdict === 'expired' ? 'TOKEN_EXPIRED' : 'TOKEN_REVOKED', token, hasEnded(verdict));
}

function anonymous(reason: UnauthenticatedReason, token: AccessToken | null, sessionEnded: boolean | null = null): Caller {
  return { kind: 'anonymous', reason, sessionEnded, token };
}
