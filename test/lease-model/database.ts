/** The database of the lease protocol as a value: the log, the members, and the effect of each statement on them. */
import type { LeaseEffect, LeaseEvent, Member, RefreshReply, Step } from '../../src/revocation/lease/lease-events.js';

/** Rows of the log, which the tests know by their ids. */
export interface Delta {
  readonly ids: readonly string[];
}

export type Effect = LeaseEffect<Delta>;
export type Event = LeaseEvent<Delta>;
export type LeaseStep = Step<Delta>;
export type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;
export type EventOf<Kind extends Event['kind']> = Extract<Event, { readonly kind: Kind }>;

export const CLUSTER = 'cluster';

export interface FakeDatabase {
  readonly version: number;
  readonly rows: readonly { readonly id: string; readonly version: number }[];
  readonly members: readonly Member[];
}

export const EMPTY_DATABASE: FakeDatabase = { version: 0, rows: [], members: [] };

/** Faulty statements that a wrong protocol would send to its database. */
export interface DatabaseFaults {
  /** A refresh without a row of the member succeeds silently. */
  readonly ignoresMembership?: boolean;
  /** Only the first refresh of a member renews it. */
  readonly renewsOnce?: boolean;
  /** A refresh reads all rows, and the node replaces its whole set with them. */
  readonly readsWhole?: boolean;
}

export function runRegister(database: FakeDatabase, { memberId, leaseMs }: EffectOf<'register'>): FakeDatabase {
  if (database.members.some((member) => member.memberId === memberId)) return database;
  return { ...database, members: [...database.members, { memberId, renewals: 0, leaseMs, acknowledged: 0 }] };
}

/** @returns the reply as read at this moment; it may arrive at any later time */
export function runRefresh(
  database: FakeDatabase,
  { refresh, memberId, since, leaseMs }: EffectOf<'refresh'>,
  databaseNow: number,
  faults: DatabaseFaults,
): { readonly database: FakeDatabase; readonly reply: RefreshReply<Delta> } {
  const row = database.members.find((member) => member.memberId === memberId);
  const isMember = faults.ignoresMembership || (row !== undefined && row.renewals < refresh);
  const { version } = database;
  const ids = database.rows.filter((each) => faults.readsWhole || each.version > since).map(({ id }) => id);
  const reply = {
    isStandby: false,
    clusterId: CLUSTER,
    isMember,
    isRenewed: true,
    grantedMs: Number.POSITIVE_INFINITY,
    version,
    delta: { ids },
    databaseNow,
  };
  if (row === undefined || row.renewals >= refresh || (faults.renewsOnce && row.renewals > 0)) return { database, reply };
  const renewed = { memberId, renewals: refresh, leaseMs, acknowledged: Math.max(row.acknowledged, since) };
  return { database: withMember(database, renewed), reply };
}

export function runLeave(database: FakeDatabase, memberId: string): FakeDatabase {
  return { ...database, members: database.members.filter((member) => member.memberId !== memberId) };
}

export function runRemoval(database: FakeDatabase, { memberId, renewals }: EffectOf<'remove-member'>): FakeDatabase {
  const isSame = database.members.some((member) => member.memberId === memberId && member.renewals === renewals);
  return isSame ? runLeave(database, memberId) : database;
}

/** Writes what a node remembers to a log that went back. */
export function runRestore(
  { members, ...log }: FakeDatabase,
  { version }: EffectOf<'restore'>,
  remembered: readonly string[],
): FakeDatabase {
  const next = Math.max(log.version, version) + 1;
  const lost = remembered.filter((id) => !log.rows.some((row) => row.id === id));
  return { version: next, rows: [...log.rows, ...lost.map((id) => ({ id, version: next }))], members };
}

/** The commit of a logout, or the reading of the row if it exists already. */
export function runCommit(database: FakeDatabase, id: string): { readonly database: FakeDatabase; readonly isRepeat: boolean } {
  if (database.rows.some((row) => row.id === id)) return { database, isRepeat: true };
  const version = database.version + 1;
  return { database: { ...database, version, rows: [...database.rows, { id, version }] }, isRepeat: false };
}

/** The event about a row that is in the log, for a node that has applied the log up to `applied`. */
export function recordOf({ rows }: FakeDatabase, logout: string, id: string, applied: number): Event {
  const version = rows.find((row) => row.id === id)?.version ?? 0;
  const since = Math.min(applied, version - 1);
  const ids = rows.filter((row) => row.version > since && row.version <= version).map((row) => row.id);
  return { kind: 'recorded', logout, clusterId: CLUSTER, since, version, delta: { ids } };
}

/** The same event as read before the row was there. */
export function firstSnapshotOf({ rows }: FakeDatabase, logout: string, id: string): Event {
  const version = (rows.find((row) => row.id === id)?.version ?? 1) - 1;
  return { kind: 'recorded', logout, clusterId: CLUSTER, since: version, version, delta: { ids: [] } };
}

/** A doorbell of another database, where that version revokes nothing that anybody here knows. */
export function foreignBell(version: number): EventOf<'doorbell'> {
  return { kind: 'doorbell', version, carried: { clusterId: 'elsewhere', since: version - 1, delta: { ids: [] } } };
}

function withMember(database: FakeDatabase, changed: Member): FakeDatabase {
  return { ...database, members: database.members.map((member) => (member.memberId === changed.memberId ? changed : member)) };
}
