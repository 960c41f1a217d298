/** The lease protocol and known mistakes in it: each mistake wraps production's reducer, or sends other statements to its database. */
import { reduceLease } from '../../src/revocation/lease/lease.js';
import { currentTermMs, isInside, type LeaseState, type Now } from '../../src/revocation/lease/lease-state.js';
import type { DatabaseFaults, Effect, Event, LeaseStep } from './database.js';

/** What a wrong protocol may read beside its state. */
export interface Surroundings {
  /** The monotonic clock when the logout was requested, before its commit. */
  readonly logoutStartedAt: number;
  /** Whether the logout found its row already there. */
  readonly isRepeat: boolean;
}

export interface Protocol {
  reduce(state: LeaseState, event: Event, now: Now, surroundings: Surroundings): LeaseStep;
  readonly database: DatabaseFaults;
  /** The members are read when the logout is requested, before its commit. */
  readonly readsMembersFirst?: boolean;
  /** A logout that waited for the row lock of another one reads version and rows of before that one's commit. */
  readonly answersRepeatsFromFirstSnapshot?: boolean;
  /** The node serves requests before its registration has reached the database. */
  readonly servesUnregistered?: boolean;
  readonly verifier?: VerifierFaults;
}

/** Known mistakes of a verifier, or of the server that it asks. */
export interface VerifierFaults {
  /** The server answers with what it remembers itself, and has heard nothing for long. */
  readonly answersFromMemory?: boolean;
  /** The verifier takes any answer for that to its newest request. */
  readonly ignoresNonce?: boolean;
  /** It acknowledges what a doorbell announces, whether or not it has applied it. */
  readonly acknowledgesUnapplied?: boolean;
  /** The server takes the acknowledgement of a member from the holder of any credential. */
  readonly acceptsForeignMember?: boolean;
  /** The rows of its members go when a credential is revoked. */
  readonly deletesRowsWithCredential?: boolean;
  /** The verifier uses the lease that it has asked for. */
  readonly usesAskedLease?: boolean;
  /** It takes the first page for the whole answer. */
  readonly takesPageForWhole?: boolean;
}

export const SOUND: Protocol = { reduce: (state, event, now) => reduceLease(state, event, now), database: {} };

const { reduce } = SOUND;

const FROM_RECEIPT: Protocol = {
  ...SOUND,
  reduce(state, event, now) {
    const after = reduce(state, event, now, NOWHERE);
    const { lease } = after.state;
    if (event.kind !== 'refreshed' || lease === null || lease === state.lease) return after;
    return { ...after, state: { ...after.state, lease: { ...lease, from: now } } };
  },
};

export const BROKEN = {
  'lease counted from receipt': FROM_RECEIPT,
  'wait counted from the start of the logout': {
    ...SOUND,
    reduce(state, event, now, { logoutStartedAt }) {
      const after = reduce(state, event, now, NOWHERE);
      if (event.kind !== 'recorded') return after;
      const logouts = after.state.logouts.map((each) => (each.logout === event.logout ? { ...each, since: logoutStartedAt } : each));
      return { ...after, state: { ...after.state, logouts } };
    },
  },
  'expiry by timer flag': {
    ...SOUND,
    reduce(state, event, now) {
      const { lease } = state;
      if (lease === null) return reduce(state, event, now, NOWHERE);
      if (event.kind === 'check') return reduce(state, event, lease.from, NOWHERE);
      return reduce(event.kind === 'tick' && !isInside(lease, now) ? { ...state, lease: null } : state, event, now, NOWHERE);
    },
  },
  'members read before the commit': { ...SOUND, readsMembersFirst: true },
  'serving before registering': { ...SOUND, servesUnregistered: true },
  'refresh not conditional on membership': { ...SOUND, database: { ignoresMembership: true } },
  'member row deleted early by a stepped clock': {
    ...SOUND,
    reduce(state, event, now) {
      if (event.kind !== 'members-read') return reduce(state, event, now, NOWHERE);
      const sightings = Object.entries(state.sightings).map(([memberId, { renewals }]) => [memberId, { renewals, since: -1_000_000 }]);
      return reduce({ ...state, sightings: Object.fromEntries(sightings) }, event, now, NOWHERE);
    },
  },
  'reload that overwrites the set': { ...SOUND, database: { readsWhole: true } },
  'drift without margin': {
    ...SOUND,
    reduce(state, event, now) {
      const after = reduce(state, event, now, NOWHERE);
      const logouts = after.state.logouts.map((each, index) =>
        each.wait.kind !== 'waited' || state.logouts[index]?.wait.kind === 'waited'
          ? each
          : { ...each, wait: { ...each.wait, waitMs: (each.wait.waitMs - 10) / 1.03 } },
      );
      return { ...after, state: { ...after.state, logouts } };
    },
  },
  'renewals rarer than refreshes': { ...SOUND, database: { renewsOnce: true } },
  'a repeated logout that answers at once': {
    ...SOUND,
    reduce(state, event, now, { isRepeat }) {
      const after = reduce(state, event, now, NOWHERE);
      if (event.kind !== 'recorded' || !isRepeat) return after;
      const outcome = { kind: 'confirmed', by: 'single-node', members: 0, acknowledged: 0, waitedMs: 0 } as const;
      const answer: Effect = { kind: 'answer', logout: event.logout, outcome };
      const logouts = after.state.logouts.filter(({ logout }) => logout !== event.logout);
      return { state: { ...after.state, logouts }, effects: [...after.effects, answer] };
    },
  },
  'T lowered while an old lease runs': {
    ...SOUND,
    reduce(state, event, now) {
      const after = reduce(state, event, now, NOWHERE);
      const leaseMs = after.state.sent?.termMs;
      const effects = after.effects.map((effect) => (effect.kind === 'refresh' && leaseMs !== undefined ? { ...effect, leaseMs } : effect));
      return { ...after, effects };
    },
  },
  'a repeat answered from the first snapshot': { ...SOUND, answersRepeatsFromFirstSnapshot: true },
  'a bell that renews a lease': {
    ...SOUND,
    reduce(state, event, now) {
      const after = reduce(state, event, now, NOWHERE);
      if (event.kind !== 'doorbell' || after.state.applied === state.applied) return after;
      return { ...after, state: { ...after.state, lease: { from: now, termMs: currentTermMs(after.state) } } };
    },
  },
  'a bell applied over a gap': {
    ...SOUND,
    reduce(state, event, now) {
      const applied = event.kind === 'doorbell' ? Math.max(state.applied, event.carried?.since ?? 0) : state.applied;
      return reduce({ ...state, applied }, event, now, NOWHERE);
    },
  },
  'a bell of another cluster': {
    ...SOUND,
    reduce(state, event, now) {
      if (event.kind !== 'doorbell' || event.carried === null) return reduce(state, event, now, NOWHERE);
      return reduce(state, { ...event, carried: { ...event.carried, clusterId: state.clusterId ?? '' } }, now, NOWHERE);
    },
  },
  'an acknowledgement that came before the wait began and is forgotten': {
    ...SOUND,
    reduce(state, event, now) {
      const after = reduce(state, event, now, NOWHERE);
      return { ...after, state: { ...after.state, early: {} } };
    },
  },
  'verifier: lease counted from receipt': FROM_RECEIPT,
  'verifier: an answer from the memory of the server': { ...SOUND, verifier: { answersFromMemory: true } },
  'verifier: the nonce is not checked': { ...SOUND, verifier: { ignoresNonce: true } },
  'verifier: acknowledged before it is applied': { ...SOUND, verifier: { acknowledgesUnapplied: true } },
  'verifier: the member id of another is accepted': { ...SOUND, verifier: { acceptsForeignMember: true } },
  'verifier: rows deleted with the credential': { ...SOUND, verifier: { deletesRowsWithCredential: true } },
  'verifier: the asked lease where less was granted': { ...SOUND, verifier: { usesAskedLease: true } },
  'verifier: a page taken for the whole': { ...SOUND, verifier: { takesPageForWhole: true } },
} satisfies Record<string, Protocol>;

export type BrokenName = keyof typeof BROKEN;

/** What a broken protocol must be found as. */
export function faultOf(name: BrokenName): string {
  const isSlow = name === 'an acknowledgement that came before the wait began and is forgotten';
  return isSlow ? 'waited for W although everybody acknowledged' : 'stale accept';
}

const NOWHERE: Surroundings = { logoutStartedAt: 0, isRepeat: false };
