/** `latchkey/verifier`: makes another service honour every logout that the login server has answered. */
import { createLeaseWatch } from '../revocation/lease/lease-watch.js';
import type { Verifier, VerifierOptions } from './contract.js';
import { createFeedClient } from './feed-client.js';
import { createFeedStream } from './feed-stream.js';
import { createKeyRing } from './key-ring.js';
import { createLeaseDriver } from './lease-driver.js';
import { checkOptions } from './options.js';
import { createPatience } from './patience.js';
import { createServiceDoor } from './service-door.js';
import { createSurroundings } from './surroundings.js';
import { createTokenVerification } from './token-verification.js';
import { createWatches } from './watches.js';

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
 * Begins to follow the login server, and does not wait for it: until the log is loaded, answers come late or are `unknown`.
 *
 * @throws TypeError if an option is wrong; it says what to do
 */
export async function createVerifier(options: VerifierOptions): Promise<Verifier> {
  const settings = checkOptions(options);
  const world = createSurroundings(options);
  const ring = createKeyRing();
  const feed = createFeedClient({ ...settings, fetch: options.fetch ?? ((...call) => fetch(...call)), freshText: world.freshText });
  const patience = createPatience(world);
  // The first caller can be watched only after the driver was made.
  const watches = createWatches({ ...world, onChange: (areOpen) => keeper.changed(areOpen, { endAll: () => watches.endAll() }) });
  const driver = createLeaseDriver(world, { settings, feed, patience, ring, watches });
  const keeper = createLeaseWatch(() => driver);
  const verification = createTokenVerification({ ...settings, ring, issuer: () => driver.issuer });
  const stream =
    settings.boundedMs === null
      ? createFeedStream({
          ...settings,
          feed,
          freshText: world.freshText,
          onHearing: (isHearing) => driver.listen(isHearing),
          onBell: (bell) => driver.hear(bell),
        })
      : null;
  driver.start();
  stream?.start();
  return createServiceDoor(world, { driver, verification, ring, watches, patience, settings, stream });
}
