/** The actor of a change: the transaction checks the actor's token, and the audit trail names the actor. */

import type { Origin } from '../../lib/origin.js';
import type { ActingToken } from './ending-steps.js';

export interface Actor {
  /** A user id, or `command-line`. */
  readonly id: string;
  /** Null for the command line, which needs no token. */
  readonly token: ActingToken | null;
  readonly origin: Origin;
}

/** The operator: anyone who can open the control socket, or the database itself. */
export const COMMAND_LINE: Actor = { id: 'command-line', token: null, origin: { ipAddress: null, userAgent: null } };
