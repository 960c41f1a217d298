/**
 * Takes a logout from its commit to its answer: apply it here, ring, then wait for every member to acknowledge or for every lease to end.
 */
import { andThen, type LeaseEffect, type LeaseEvent, type Member, type Step, step } from './lease-events.js';
import { learn } from './lease-refresh.js';
import type { LeaseState, MembersWaited, Now, PendingLogout } from './lease-state.js';
import { longestWaitMs, othersOf, readMembers, removeDead } from './membership.js';

type Recorded<Delta> = Extract<LeaseEvent<Delta>, { kind: 'recorded' }>;
type Acknowledged = Extract<LeaseEvent<never>, { kind: 'acknowledged' }>;

/**
 * `now` was read after the row was known to be committed. A repeated logout waits like the one that wrote the row. The doorbell does not
 * wait for the members to be read. A member that has already applied the row acknowledges again, so none is missed.
 */
export function recorded<Delta>(state: LeaseState, event: Recorded<Delta>, now: Now): Step<Delta> {
  const { logout, version, since, delta } = event;
  const pending: PendingLogout = { logout, version, since: now.monotonic, wait: { kind: 'due' } };
  const clusterId = state.clusterId ?? event.clusterId;
  const known = learn<Delta>({ ...state, clusterId, logouts: [...state.logouts, pending] }, since, version, delta);
  const carried = event.clusterId === null ? null : { clusterId: event.clusterId, since, delta };
  return andThen(
    andThen(known, (next) => step(next, [{ kind: 'ring', version, carried }])),
    (next) => readMembers(next, now),
  );
}

/** The members were read after the commit. A node that registers later also refreshes later, so it sees the row. */
export function membersRead<Delta>(state: LeaseState, read: number, members: readonly Member[], now: Now): Step<Delta> {
  if (state.reading?.number !== read) return step(state);
  const others = othersOf(state, members);
  const longestWait = longestWaitMs(state, members);
  const swept = removeDead<Delta>(state, others, longestWait, now);
  const heard = others.map((member) => ({ ...member, acknowledged: Math.max(member.acknowledged, state.early[member.memberId] ?? 0) }));
  const logouts = state.logouts.map((each) => (each.wait.kind === 'asked' ? { ...each, wait: waitFor(each, heard, longestWait) } : each));
  const waiting = { ...swept.state, reading: null, logouts, early: stillNeeded(state) };
  return andThen(
    andThen(step(waiting, swept.effects), (next) => answerReady(next, now)),
    (next) => readWhatIsDue(next, now),
  );
}

function waitFor({ version }: PendingLogout, others: readonly Member[], longestWait: number): MembersWaited {
  const silent = others.filter(({ acknowledged }) => acknowledged < version).map(({ memberId }) => memberId);
  return { kind: 'waited', silent, members: others.length, waitMs: longestWait };
}

/** The early acknowledgements that a logout needs for which the members have not been read. */
function stillNeeded({ early, logouts }: LeaseState): LeaseState['early'] {
  const due = logouts.filter(({ wait }) => wait.kind === 'due').map(({ version }) => version);
  return Object.fromEntries(Object.entries(early).filter(([, version]) => due.some((needed) => version >= needed)));
}

/** Without the list of members the node can't know how long to wait. The row is committed, so the client may safely retry. */
export function membersUnread<Delta>(state: LeaseState, read: number, now: Now): Step<Delta> {
  if (state.reading?.number !== read) return step(state);
  const asked = state.logouts.filter(({ wait }) => wait.kind === 'asked');
  const logouts = state.logouts.filter(({ wait }) => wait.kind !== 'asked');
  const effects = asked.map(({ logout }): LeaseEffect<Delta> => ({ kind: 'answer', logout, outcome: { kind: 'unconfirmed' } }));
  return andThen(step({ ...state, reading: null, logouts, early: stillNeeded(state) }, effects), (next) => readWhatIsDue(next, now));
}

function readWhatIsDue<Delta>(state: LeaseState, now: Now): Step<Delta> {
  return state.logouts.some(({ wait }) => wait.kind === 'due') ? readMembers(state, now) : step(state);
}

/** More than there are members. It bounds the memory whatever ids are sent: a logout waits for W where one is forgotten. */
const MOST_EARLY = 1_000;

/** An acknowledgement may come before the members are read. It is remembered then, because the member does not repeat it. */
export function acknowledged<Delta>(state: LeaseState, { clusterId, memberId, version }: Acknowledged, now: Now): Step<Delta> {
  if (clusterId !== (state.clusterId ?? clusterId)) return step(state);
  const logouts = state.logouts.map((each) => {
    if (each.wait.kind !== 'waited' || version < each.version || !each.wait.silent.includes(memberId)) return each;
    return { ...each, wait: { ...each.wait, silent: each.wait.silent.filter((other) => other !== memberId) } };
  });
  return answerReady({ ...state, logouts, early: withEarly(state, memberId, version) }, now);
}

function withEarly({ early, logouts }: LeaseState, memberId: string, version: number): LeaseState['early'] {
  if (!logouts.some((each) => each.wait.kind !== 'waited' && version >= each.version)) return early;
  if (early[memberId] === undefined && Object.keys(early).length >= MOST_EARLY) return early;
  return { ...early, [memberId]: Math.max(version, early[memberId] ?? 0) };
}

/** When the wait of a logout ends even without acknowledgements. */
export function waitEndsAt({ since, wait }: PendingLogout): number | null {
  return wait.kind === 'waited' ? since + wait.waitMs : null;
}

/** Answers the logouts that every member has acknowledged or whose wait is over. */
export function answerReady<Delta>(state: LeaseState, now: Now): Step<Delta> {
  const effects: LeaseEffect<Delta>[] = [];
  const logouts: PendingLogout[] = [];
  let { lookAt } = state;
  for (const each of state.logouts) {
    const { wait } = each;
    const isOver = wait.kind === 'waited' && now.monotonic - each.since >= wait.waitMs;
    if (wait.kind !== 'waited' || (wait.silent.length > 0 && !isOver)) {
      logouts.push(each);
      continue;
    }
    effects.push(answer(each, wait, now));
    // A member that is silent now and still has not renewed a whole W later is dead.
    if (wait.silent.length > 0) lookAt = now.monotonic + wait.waitMs + 1;
  }
  return step({ ...state, logouts, lookAt }, effects);
}

function answer<Delta>({ logout, since }: PendingLogout, { members, silent }: MembersWaited, now: Now): LeaseEffect<Delta> {
  const by = members === 0 ? 'single-node' : silent.length === 0 ? 'acknowledged' : 'lease-expiry';
  const waitedMs = now.monotonic - since;
  return { kind: 'answer', logout, outcome: { kind: 'confirmed', by, members, acknowledged: members - silent.length, waitedMs } };
}
