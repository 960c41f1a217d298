/** Takes a logout from its commit to its answer: apply it here, then wait for every member to acknowledge or for every lease to end. */
import { andThen, type LeaseEffect, type Member, type Step, step } from './lease-events.js';
import { learn } from './lease-refresh.js';
import type { LeaseState, MembersWaited, Now, PendingLogout } from './lease-state.js';
import { longestWaitMs, othersOf, readMembers, removeDead } from './membership.js';

/** `now` was read after the row was known to be committed. A repeated logout waits like the one that wrote the row. */
export function recorded<Delta>(state: LeaseState, event: Recorded<Delta>, now: Now): Step<Delta> {
  const pending: PendingLogout = { logout: event.logout, version: event.version, since: now.monotonic, wait: { kind: 'due' } };
  return andThen(learn(state, event.since, event.version, event.delta), (next) =>
    readMembers({ ...next, logouts: [...next.logouts, pending] }, now),
  );
}

interface Recorded<Delta> {
  readonly logout: string;
  readonly since: number;
  readonly version: number;
  readonly delta: Delta;
}

/** The members were read after the commit. A node that registers later also refreshes later, so it sees the row. */
export function membersRead<Delta>(state: LeaseState, read: number, members: readonly Member[], now: Now): Step<Delta> {
  if (state.reading?.number !== read) return step(state);
  const others = othersOf(state, members);
  const longestWait = longestWaitMs(state, members);
  const swept = removeDead<Delta>(state, others, longestWait, now);
  const waiting = state.logouts.map((each) => (each.wait.kind === 'asked' ? { ...each, wait: waitFor(each, others, longestWait) } : each));
  const begun = waiting.filter(
    ({ wait }, index) => wait.kind === 'waited' && wait.silent.length > 0 && wait !== state.logouts[index]?.wait,
  );
  const effects = [...swept.effects, ...ring<Delta>(begun)];
  return andThen(
    andThen(step({ ...swept.state, reading: null, logouts: waiting }, effects), (next) => answerReady(next, now)),
    (next) => readWhatIsDue(next, now),
  );
}

function waitFor({ version }: PendingLogout, others: readonly Member[], longestWait: number): MembersWaited {
  const silent = others.filter(({ acknowledged }) => acknowledged < version).map(({ memberId }) => memberId);
  return { kind: 'waited', silent, members: others.length, waitMs: longestWait };
}

/** Rings once for all logouts of this read. A member that has already applied the row acknowledges again, so none is missed. */
function ring<Delta>(begun: readonly PendingLogout[]): LeaseEffect<Delta>[] {
  return begun.length === 0 ? [] : [{ kind: 'ring', version: Math.max(...begun.map(({ version }) => version)) }];
}

/** Without the list of members the node can't know how long to wait. The row is committed, so the client may safely retry. */
export function membersUnread<Delta>(state: LeaseState, read: number, now: Now): Step<Delta> {
  if (state.reading?.number !== read) return step(state);
  const asked = state.logouts.filter(({ wait }) => wait.kind === 'asked');
  const logouts = state.logouts.filter(({ wait }) => wait.kind !== 'asked');
  const effects = asked.map(({ logout }): LeaseEffect<Delta> => ({ kind: 'answer', logout, outcome: { kind: 'unconfirmed' } }));
  return andThen(step({ ...state, reading: null, logouts }, effects), (next) => readWhatIsDue(next, now));
}

function readWhatIsDue<Delta>(state: LeaseState, now: Now): Step<Delta> {
  return state.logouts.some(({ wait }) => wait.kind === 'due') ? readMembers(state, now) : step(state);
}

export function acknowledged<Delta>(state: LeaseState, memberId: string, version: number, now: Now): Step<Delta> {
  const logouts = state.logouts.map((each) => {
    if (each.wait.kind !== 'waited' || version < each.version || !each.wait.silent.includes(memberId)) return each;
    return { ...each, wait: { ...each.wait, silent: each.wait.silent.filter((other) => other !== memberId) } };
  });
  return answerReady({ ...state, logouts }, now);
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
