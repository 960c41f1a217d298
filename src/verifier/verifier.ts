/** `latchkey/verifier`: makes another service honour every logout that the login server has answered. */
import type { Verifier, VerifierOptions } from './contract.js';

export type {
  AccessToken,
  AccessTokenClaims,
  AnonymousCaller,
  AuthenticatedCaller,
  CheckVerdict,
  UnknownCaller,
  Verifier,
  VerifierCaller,
  VerifierClock,
  VerifierFault,
  VerifierLog,
  VerifierOptions,
  VerifierStatus,
  WatchEnd,
} from './contract.js';

/**
 * Begins to follow the login server, and does not wait for it: until the first lease every answer is `unknown`, or comes late.
 *
 * @throws TypeError if an option is wrong; it says what to do
 */
export async function createVerifier(options: VerifierOptions): Promise<Verifier> {
  throw new TypeError(`The verifier for ${options.audience} is not built yet`);
}
