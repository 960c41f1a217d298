/** Makes times and names of the model relative: two that are too old, or too far back, to make a difference become equal. */
import type { Member } from '../../src/revocation/lease/lease-events.js';
import { type LeaseState, type PendingLogout, waitMs } from '../../src/revocation/lease/lease-state.js';
import type { EventOf, FakeDatabase } from './database.js';
import type { ModelNode, World } from './world.js';

/** A read of the members is under way no longer than this; otherwise its age would have no bound. */
const LONGEST_READ_MS = 1_000;

/** The world after some time; null where the model does not look. The deadline of a check never comes, because it could only refuse. */
export function passTime(world: World, [first, second]: readonly [number, number]): World | null {
  if (world.nodes.some(({ lease }) => lease.reading !== null && lease.reading.sentAt <= -LONGEST_READ_MS)) return null;
  const nodes = world.nodes.map((node, index) => age(node, index === 0 ? first : second));
  return { ...world, nodes };
}

function age(node: ModelNode, ms: number): ModelNode {
  const longestTerm = Math.max(node.lease.settings.listeningLeaseMs, node.lease.settings.pollingLeaseMs);
  const longestWait = waitMs(longestTerm);
  const past = (instant: number, oldest: number) => Math.max(instant - ms, -oldest);
  const future = (instant: number | null) => (instant === null ? null : Math.max(instant - ms, 0));
  const both = (instant: number) => ({ monotonic: past(instant, longestTerm), wall: past(instant, longestTerm) });
  const { lease, logout } = node;
  const { sent, reading } = lease;
  const aged: LeaseState = {
    ...lease,
    lease: lease.lease && { ...lease.lease, from: both(lease.lease.from.monotonic) },
    sent: sent && { ...sent, sentAt: both(sent.sentAt.monotonic) },
    retryAt: future(lease.retryAt),
    lookAt: future(lease.lookAt),
    logouts: lease.logouts.map((each): PendingLogout => ({ ...each, since: past(each.since, longestWait) })),
    reading: reading && { ...reading, sentAt: reading.sentAt - ms },
    sightings: Object.fromEntries(
      Object.entries(lease.sightings).map(([id, { renewals, since }]) => [
        id,
        { renewals, since: past(since, 2 * longestWait + LONGEST_READ_MS) },
      ]),
    ),
  };
  return { ...node, lease: aged, logout: { ...logout, startedAt: logout.course === 'none' ? 0 : past(logout.startedAt, longestWait) } };
}

/**
 * Two worlds with one key behave alike. Numbers of refreshes count back from the newest. A renewal number matters only by whether it is
 * the newest, and whether it is the one in the member's row.
 */
export function keyOf({ nodes, database, looks, kills, strangers, bells, acknowledgements, isAnswered, isRefused, fault }: World): string {
  const newest = new Map(nodes.map(({ lease }) => [lease.membership.kind === 'none' ? '' : lease.membership.memberId, lease.lastRefresh]));
  const rows = database.members.map(
    (member) => `${rowKey(member, database)}${member.renewals === 0}${member.renewals === newest.get(member.memberId)}`,
  );
  const own = nodes.map((node) => `${ownKey(node)};${seenKey(node, database)}`);
  const log = `${database.version},${database.rows[0]?.id}`;
  const underWay = `${bells.map(bellKey)}/${acknowledgements.map(({ memberId, version }) => `${memberId},${version}`)}`;
  return `${own.join('|')}|${rows}|${log},${looks},${kills},${strangers},${isAnswered},${isRefused},${fault}|${underWay}`;
}

function bellKey({ version, carried }: EventOf<'doorbell'>): string {
  return `${version},${carried?.clusterId},${carried?.since};`;
}

function rowKey({ memberId, renewals, leaseMs, acknowledged }: Member, database: FakeDatabase): string {
  return `${memberId},${isNewest(memberId, renewals, database)},${leaseMs},${acknowledged};`;
}

function isNewest(memberId: string, renewals: number, { members }: FakeDatabase): boolean {
  return members.some((member) => member.memberId === memberId && member.renewals === renewals);
}

/** The members that a node has read, as far as it still uses them. */
function seenKey({ lease, removals, reading, logout }: ModelNode, database: FakeDatabase): string {
  const sightings = Object.entries(lease.sightings).map(
    ([id, { renewals, since }]) => `${id},${isNewest(id, renewals, database)},${since}`,
  );
  const removed = removals.map(({ memberId, renewals }) => `${memberId},${isNewest(memberId, renewals, database)}`);
  const read = reading?.kind === 'members-read' ? reading.members.map((member) => rowKey(member, database)) : reading?.kind;
  return `${sightings}/${removed}/${read}/${logout.membersBefore?.map((member) => rowKey(member, database))}`;
}

const ownKeys = new WeakMap<ModelNode, string>();

function ownKey(node: ModelNode): string {
  const known = ownKeys.get(node);
  if (known !== undefined) return known;
  const key = makeOwnKey(node);
  ownKeys.set(node, key);
  return key;
}

function makeOwnKey({ lease, remembers, registering, refreshing, pagedTo, firstReply, waiting, logout }: ModelNode): string {
  const { membership, sent, queued, lease: held, logouts, reading } = lease;
  const parts = [
    `${lease.isListening},${membership.kind},${lease.registrations},${lease.recordedMs},${lease.applied},${held?.from.monotonic},${held?.termMs}`,
    sent && `${sent.sentAt.monotonic},${sent.since},${sent.termMs},${sent.leaseMs},${sent.waitUntil !== null}`,
    queued && queued.waitUntil !== null,
    `${lease.retryAt},${lease.askedFor},${lease.fault === null},${reading?.sentAt},${lease.settings.nodeId}`,
    logouts.length > 0 && JSON.stringify([logouts, lease.early]),
    `${remembers},${registering?.memberId}`,
    refreshing?.kind === 'refreshed' && replyKey(refreshing.reply),
    refreshing?.kind === 'read' && `${refreshing.effect.since},${refreshing.effect.leaseMs},${replyKey(refreshing.reply)}`,
    refreshing?.kind === 'refresh' && `${refreshing.since},${refreshing.leaseMs}`,
    pagedTo !== null || firstReply !== null ? `${pagedTo}/${firstReply && replyKey(firstReply)}` : null,
    waiting.map(({ refresh, isLate }) => `${refresh - lease.lastRefresh},${isLate}`).join(),
    `${logout.course},${logout.isRepeat},${logout.startedAt},${logout.heard}`,
  ];
  return parts.join(';');
}

function replyKey({ isMember, isRenewed, version, delta }: EventOf<'refreshed'>['reply']): string {
  return `${isMember},${isRenewed},${version},${delta.ids}`;
}
