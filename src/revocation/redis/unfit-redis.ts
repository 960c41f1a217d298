/** Tells a Redis that refuses this server, which the operator must mend, from one that is only away. */
import { OperatorFault } from '../../lib/operator-fault.js';

/** Redis answers, but can't serve as the mirror until the operator fixes it. */
export class UnfitRedis extends OperatorFault {
  override readonly name = 'UnfitRedis';
}

/** Error replies that pass by themselves: Redis loads its data, runs a long script, is full, or waits for a replica. */
const PASSING = /\b(?:LOADING|BUSY|TRYAGAIN|MASTERDOWN|CLUSTERDOWN|OOM|NOREPLICAS|UNKILLABLE|max number of clients)\b/;

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/WRONGPASS|NOAUTH|AUTH|DB index|Protected mode/i, 'Check the user, the password and the number of the database in REDIS_URL.'],
  [/NOPERM|ACL|permission|can't run this command/i, 'Give the user the commands and keys that docs/operations.md lists.'],
  [/unknown command/i, 'Latchkey needs the commands that docs/operations.md lists, under their own names.'],
  [/WRONGTYPE/, 'Something else uses these keys: choose another REDIS_PREFIX.'],
  [/MOVED|CROSSSLOT|cluster/i, 'Redis Cluster is not supported: REDIS_URL must name a single server.'],
  [/MISCONF|READONLY/, 'Redis takes no writes. Its own log says why.'],
];

const OTHER_ADVICE = 'Check REDIS_URL and the configuration of Redis (docs/operations.md).';

/** @param answer an error that Redis itself has sent @returns null if it passes by itself */
export function unfitnessOf(answer: Error): UnfitRedis | null {
  if (PASSING.test(answer.message)) return null;
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(answer.message)) ?? [];
  return new UnfitRedis(`Redis refuses this server: ${answer.message.replace(/[.\s]*$/, '.')}`, { advice: advice ?? OTHER_ADVICE });
}

/** TLS was refused before Redis could answer: by its certificate, or because one of both sides does not speak TLS. */
export function tlsFaultOf({ code = '', message }: NodeJS.ErrnoException): UnfitRedis | null {
  if (!/^(?:ERR_SSL_|ERR_TLS_|EPROTO|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/.test(code)) return null;
  return new UnfitRedis(`There is no TLS to the Redis in REDIS_URL: ${message.replace(/[.\s]*$/, '.')}`, {
    advice: 'Use redis:// for a server without TLS, and rediss:// for one whose certificate is valid here (NODE_EXTRA_CA_CERTS).',
  });
}
