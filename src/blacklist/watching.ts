/** Ends what stays open when its token is revoked or expires, or when nobody can know (R28). */
import type { Clock } from '../lib/ambient.js';
import type { Log } from '../lib/log.js';
import type { EndOfConnection, LiveConnection, LiveConnections } from '../revocation/live-connections.js';
import type { Replica } from '../revocation/memory/replica.js';
import type { RevocableToken } from '../revocation/revocation-check.js';

/** Why something that is watched ends. `unavailable`: this process can have no lease. `closed`: the blacklist was closed. */
export type EndOfWatch = 'revoked' | 'expired' | 'unavailable' | 'closed';

interface Needs {
  readonly log: Log;
  readonly clock: Clock;
  readonly connections: LiveConnections;
  readonly replica: Replica;
}

const CAUSES: Readonly<Record<EndOfConnection, EndOfWatch>> = {
  'session-revoked': 'revoked',
  'token-revoked': 'revoked',
  'generation-revoked': 'revoked',
  expired: 'expired',
  unavailable: 'unavailable',
  stopping: 'closed',
};

/** A timer takes no longer delay. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** @returns stops the watch */
export function watchToken(
  { log, clock, connections, replica }: Needs,
  token: RevocableToken,
  end: (cause: EndOfWatch) => void,
): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const connection: LiveConnection = { token, end: (cause) => finish(CAUSES[cause]) };
  const stop = (): void => {
    isOver = true;
    clearTimeout(timer);
    connections.remove(connection);
  };
  const finish = (cause: EndOfWatch): void => {
    if (isOver) return;
    stop();
    try {
      end(cause);
    } catch (err) {
      // It must not hold up the revocation.
      log.error({ err }, 'the end of something that is watched has failed');
    }
  };
  const waitForExpiry = (): void => {
    const left = Math.max(0, token.exp * 1000 - clock.now());
    const next = left > LONGEST_DELAY_MS ? waitForExpiry : () => finish('expired');
    timer = setTimeout(next, Math.min(left, LONGEST_DELAY_MS)).unref();
  };
  connections.add(connection);
  // A revocation may have come between the check and this call.
  if (replica.isKnown && replica.verdictOn(token) !== 'live') finish('revoked');
  else waitForExpiry();
  return stop;
}
