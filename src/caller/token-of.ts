/** Returns the token of an authenticated caller, and refuses every other caller. */
import { LatchkeyError } from '../lib/errors.js';
import type { AccessToken } from './access-token-claims.js';
import type { RequestContext } from './caller.js';

/** @throws LatchkeyError UNAUTHENTICATED or AUTH_UNAVAILABLE */
export function tokenOf({ caller }: Pick<RequestContext, 'caller'>): AccessToken {
  if (caller.kind === 'anonymous') throw LatchkeyError.unauthenticated(caller.reason, caller.sessionEnded);
  if (caller.kind === 'unknown') throw LatchkeyError.unavailable(caller.failure);
  return caller.token;
}
