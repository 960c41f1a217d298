/** Checks the verifiers, for `latchkey doctor`: a dead one costs each logout its lease until it is removed. */
import type { Database } from '../../database/database.js';
import type { Finding } from './finding.js';
import { REMOVED_WITHIN_MS } from './node-examination.js';
import { isVerifier, readNodes } from './nodes.js';

/** @param now milliseconds since the epoch, by a clock that agrees with that of the database */
export async function examineVerifiers(database: Database, now: number): Promise<Finding[]> {
  const verifiers = (await readNodes(database)).filter(isVerifier);
  if (verifiers.length === 0) return [];
  const nameOf = ({ id, service }: (typeof verifiers)[number]) => `${service ?? 'a service that is gone'} (${id})`;
  const dead = verifiers.filter(({ seenAt }) => now - seenAt.getTime() > REMOVED_WITHIN_MS);
  const behind = verifiers.filter((verifier) => verifier.lag > 0 && !dead.includes(verifier));
  const facts = [
    `${verifiers.length} on record: ${verifiers.map(nameOf).join(', ')}`,
    ...(dead.length === 0 ? [] : [`not seen for more than ${REMOVED_WITHIN_MS / 60_000} minutes: ${dead.map(nameOf).join(', ')}`]),
    ...(behind.length === 0 ? [] : [`behind the log when last seen: ${behind.map(nameOf).join(', ')}`]),
  ];
  const isRight = dead.length === 0;
  return [
    {
      check: 'verifiers',
      isRight,
      found: facts.join('; '),
      advice: isRight
        ? ''
        : 'A logout waits for them until their lease has expired. A running server removes them within minutes: start it.',
    },
  ];
}
