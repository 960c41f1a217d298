/** Who does something: for the fence that it stands or falls with, and for the audit trail. */

import type { Origin } from '../../lib/origin.js';
import type { ActingToken } from './ending-steps.js';

export interface Actor {
  /** A user id, or `command-line`. */
  readonly id: string;
  /** Null for the command line, which needs none. */
  readonly token: ActingToken | null;
  readonly origin: Origin;
}

/** Whoever may open the control socket, or the data itself. */
export const COMMAND_LINE: Actor = { id: 'command-line', token: null, origin: { ipAddress: null, userAgent: null } };
