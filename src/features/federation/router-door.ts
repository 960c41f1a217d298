/** Tells the router of a federation from all other clients, by the service credential in a header of its own. */
import type { RequestContext } from '../../caller/caller.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { ServiceCredentials } from '../services/service-credentials.js';

/** In small letters, as Node gives the names of headers. `Authorization` carries the token of the user. */
const HEADER = 'latchkey-router';

const REFUSED =
  'Only the router of the federation may ask for this: it sends "Latchkey-Router: <service credential>", which `latchkey service create` makes.';

interface Needs {
  readonly serviceCredentials: ServiceCredentials;
}

export class RouterDoor {
  constructor(private readonly needs: Needs) {}

  /**
   * Reads the credential from the database each time, so that a revocation holds at once. It is never UNAUTHENTICATED: that would tell a
   * client behind a wrong router that its own login is over.
   *
   * @throws LatchkeyError FORBIDDEN without exactly one right credential, RATE_LIMITED after too many wrong ones from one address,
   *   AUTH_UNAVAILABLE
   */
  async assertRouter({ headers, origin }: RequestContext): Promise<void> {
    const credential = headers[HEADER];
    // Two headers arrive as one text, which is no credential.
    if (typeof credential !== 'string' || (await this.needs.serviceCredentials.identify(credential, origin)) === null)
      throw LatchkeyError.forbidden(REFUSED);
  }
}
