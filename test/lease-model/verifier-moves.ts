/** What a verifier and the server that it asks do with one renewal: pages, repeated answers, and the mistakes that the model must catch. */
import { type EffectOf, type EventOf, type FakeDatabase, runRefresh } from './database.js';
import type { VerifierFaults } from './protocols.js';
import type { ModelNode, VerifierTraits, World } from './world.js';

type Reply = EventOf<'refreshed'>['reply'];

/** A page that is not the last, or the whole answer. */
export type Answered =
  | { readonly kind: 'page'; readonly ids: readonly string[]; readonly pagedTo: number }
  | { readonly kind: 'reply'; readonly database: FakeDatabase; readonly reply: Reply };

/** Carries a renewal out at the server, in one statement. */
export function runRenewal(
  database: FakeDatabase,
  request: EffectOf<'refresh'>,
  { pagedTo }: Pick<ModelNode, 'pagedTo'>,
  { grantedMs, pageRows }: VerifierTraits,
  faults: VerifierFaults,
): Answered {
  const { memberId, refresh } = request;
  const since = pagedTo ?? request.since;
  const rows = database.rows.filter(({ version }) => version > since);
  const isPage = pageRows !== null && rows.length > pageRows;
  const page = rows.slice(0, pageRows ?? rows.length);
  const ids = page.map(({ id }) => id);
  if (isPage && !faults.takesPageForWhole) return { kind: 'page', ids, pagedTo: page.at(-1)?.version ?? since };
  const row = database.members.find((member) => member.memberId === memberId);
  const leaseMs = Math.min(request.leaseMs, grantedMs);
  const { database: after, reply } = runRefresh(database, { ...request, leaseMs }, 0, {});
  const isRenewed = row !== undefined && row.renewals < refresh;
  const answer: Reply = { ...reply, isMember: row !== undefined, isRenewed, delta: { ids } };
  // A server that has just been started, and whose connection for doorbells is lost.
  const told = faults.answersFromMemory ? { ...answer, version: request.since, delta: { ids: [] } } : answer;
  const granted = faults.usesAskedLease ? Number.POSITIVE_INFINITY : grantedMs;
  return { kind: 'reply', database: after, reply: { ...told, grantedMs: granted } };
}

/** The server relays the acknowledgement in a request before it sends its own statement, and whatever becomes of that. */
export function relay(world: World, { memberId, since }: EffectOf<'refresh'>, applied = since): World {
  const isKnown = world.acknowledgements.some((other) => other.memberId === memberId && other.version === applied);
  if (isKnown || applied === 0) return world;
  const acknowledgement = { kind: 'acknowledged', clusterId: 'cluster', memberId, version: applied } as const;
  const all = [...world.acknowledgements, acknowledgement];
  return {
    ...world,
    acknowledgements: all.toSorted((one, other) => one.memberId.localeCompare(other.memberId) || one.version - other.version),
  };
}
