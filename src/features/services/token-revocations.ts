/** Revokes a token that a client shows (RFC 7009): its session ends. */
import type { Caller } from '../../caller/caller.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { Logout } from '../sessions/logout.js';

interface Needs {
  readonly logouts: Logout;
  readonly limits: AttemptLimits;
}

export class TokenRevocations {
  constructor(private readonly needs: Needs) {}

  /**
   * Ends the session of the token, as `logout` does; when it returns, no node and no strict verifier accepts a token of that session. An
   * unknown token is no error (RFC 7009, section 2.2). It counts against the budget of the address, so that guessing costs no more work.
   *
   * @param text an access token or a refresh token
   * @param caller what the door says of the text as an access token; an expired or revoked one still ends its session (R13)
   * @throws LatchkeyError RATE_LIMITED, AUTH_UNAVAILABLE, LOGOUT_UNCONFIRMED
   */
  async revoke(text: string, caller: Caller, origin: Origin): Promise<void> {
    const token = caller.token;
    if (caller.kind === 'unknown' && token === null) throw LatchkeyError.unavailable(caller.failure);
    const refreshTokens = token === null ? [text] : [];
    const outcome = await this.needs.logouts.logOut({ token, denial: null, refreshTokens, scope: 'CURRENT', origin });
    if (outcome.kind === 'failed') await this.needs.limits.spendCredential(origin);
  }
}
