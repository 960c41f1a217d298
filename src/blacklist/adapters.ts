/** The check in the shapes that `express-jwt` and `@fastify/jwt` ask for. */
import type { Blacklist } from './blacklist.js';
import { BlacklistMisuse } from './errors.js';
import type { Id } from './ids.js';
import type { TokenIds } from './token-ids.js';

/** The claims of a verified token. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** What the check reads of the claims. */
export type IdsOf = (claims: TokenClaims) => TokenIds;

/** `jti`, `sid` and `exp`; and `sub` with the counter `cnt`, if the token has one. */
export const idsOfClaims: IdsOf = ({ jti, sid, sub, cnt, exp }) => ({
  jti: jti as Id | undefined,
  sid: sid as Id | undefined,
  user: cnt === undefined ? null : { id: sub as Id, counter: cnt as number },
  expiresAt: new Date(Number(exp) * 1000),
});

/** For the option `isRevoked` of `express-jwt`. A token whose claims have no id is refused: nothing could revoke it. */
export function isRevokedFor(blacklist: Blacklist, idsOf: IdsOf = idsOfClaims) {
  return async (_request: unknown, token: { readonly payload: unknown } | undefined): Promise<boolean> =>
    !(await isLive(blacklist, token?.payload, idsOf));
}

/** For the option `trusted` of `@fastify/jwt`. A token whose claims have no id is refused: nothing could revoke it. */
export function trustedFor(blacklist: Blacklist, idsOf: IdsOf = idsOfClaims) {
  return (_request: unknown, claims: unknown): Promise<boolean> => isLive(blacklist, claims, idsOf);
}

/** A token is the client's. A client that sends an old one without an id gets 401, not an error of the server. */
async function isLive(blacklist: Blacklist, claims: unknown, idsOf: IdsOf): Promise<boolean> {
  if (typeof claims !== 'object' || claims === null) return false;
  try {
    return !(await blacklist.isRevoked(idsOf(claims as TokenClaims)));
  } catch (error) {
    if (error instanceof BlacklistMisuse) return false;
    throw error;
  }
}
