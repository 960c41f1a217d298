/** Judges whether a history keeps the promise of revocation: a pure function, in O(n log n) because an ended session stays ended. */
import type { Covered, Operation } from './history.js';

export type ViolationKind =
  /** A check was sent after the answer to a covering logout, and was accepted. */
  | 'stale accept'
  /** A check was refused as revoked although no logout that may cover the session had been sent. */
  | 'false revocation'
  /** A login was answered, but a node does not know its token. */
  | 'lost login'
  /** A session was refused as revoked and accepted later: by the same node, or by any node once every earlier lease has run out. */
  | 'flapping'
  /** After the restart of all nodes: an answered logout is not in force, a live session is dead, or the nodes disagree. */
  | 'durability'
  /** An answer that a client must never see. */
  | 'strange answer';

export interface Violation {
  readonly kind: ViolationKind;
  readonly operation: Operation;
}

/** Everything known about the life of one session. */
interface Life {
  /** From this instant no node may accept it: the first answer to a logout that covers it. */
  deadAt: number;
  /** From this instant a node may refuse it: the first request of a logout that may cover it. */
  mayEndAt: number;
  /** When any node first refused it as revoked, and when each node first refused a check of it. */
  refusedAt: number;
  readonly refusedBy: Map<number, number>;
  readonly finalOutcomes: Set<string>;
}

const NEVER = Number.POSITIVE_INFINITY;

/** @param waitMs W of the protocol with the longest lease of any node: after it, one node's refusal binds all nodes */
export function findViolations(history: readonly Operation[], waitMs: number): Violation[] {
  const lives = livesOf(history);
  for (const operation of history) noteRefusal(lives.get(operation.sid), operation);
  return history.flatMap((operation) => {
    const kind = judge(operation, lives.get(operation.sid), waitMs);
    return kind === null ? [] : [{ kind, operation }];
  });
}

function judge(operation: Operation, life: Life | undefined, waitMs: number): ViolationKind | null {
  const { outcome, accepts, sentAt, answeredAt, node, isFinal } = operation;
  if (outcome === 'strange') return 'strange answer';
  if (outcome === 'unauthenticated') return 'lost login';
  if (life === undefined) return outcome === 'revoked' ? 'false revocation' : null;
  if (isFinal && !isRightInTheEnd(operation, life)) return 'durability';
  if (outcome === 'revoked' && answeredAt < life.mayEndAt) return 'false revocation';
  if (outcome !== 'done' || !accepts) return null;
  if (sentAt > life.deadAt) return 'stale accept';
  const refusedAt = Math.min(life.refusedBy.get(node) ?? NEVER, life.refusedAt + waitMs);
  return sentAt > refusedAt ? 'flapping' : null;
}

function isRightInTheEnd(operation: Operation, { deadAt, mayEndAt, finalOutcomes }: Life): boolean {
  if (!isDefinite(operation)) return true;
  if (deadAt < NEVER) return operation.outcome === 'revoked';
  return mayEndAt < NEVER ? finalOutcomes.size === 1 : operation.outcome === 'done';
}

/** Whether the outcome shows that the session is alive, or that it has ended. */
function isDefinite({ outcome, accepts }: Operation): boolean {
  return accepts && (outcome === 'done' || outcome === 'revoked');
}

function noteRefusal(life: Life | undefined, operation: Operation): void {
  if (life === undefined) return;
  const { kind, node, outcome, answeredAt, isFinal } = operation;
  if (isFinal && isDefinite(operation)) life.finalOutcomes.add(outcome);
  if (outcome !== 'revoked') return;
  life.refusedAt = Math.min(life.refusedAt, answeredAt);
  // Except for a check, the database may have refused it before this node heard of the logout.
  if (kind === 'check') life.refusedBy.set(node, Math.min(life.refusedBy.get(node) ?? NEVER, answeredAt));
}

function livesOf(history: readonly Operation[]): Map<string, Life> {
  const lives = new Map<string, Life>();
  const openings = history.filter(({ kind, outcome, sid }) => kind === 'login' && outcome === 'done' && sid !== '');
  for (const { sid } of openings) {
    lives.set(sid, { deadAt: NEVER, mayEndAt: NEVER, refusedAt: NEVER, refusedBy: new Map(), finalOutcomes: new Set() });
  }
  const wide = new Map<string, Wide[]>();
  const byUser = new Map<string, Operation[]>();
  for (const opening of openings) append(byUser, opening.user, opening);
  for (const logout of history) {
    const { covered, sentAt, answeredAt, user } = logout;
    if (covered === null || !mayHaveHappened(logout)) continue;
    if (covered.kind === 'user') {
      append(wide, user, { covered, sentAt, until: logout.outcome === 'done' ? answeredAt : NEVER });
      continue;
    }
    const life = lives.get(covered.sid);
    if (life === undefined) continue;
    life.mayEndAt = Math.min(life.mayEndAt, sentAt);
    if (logout.outcome === 'done') life.deadAt = Math.min(life.deadAt, answeredAt);
  }
  for (const [user, logouts] of wide) endMany(byUser.get(user) ?? [], logouts, lives);
  return lives;
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/**
 * A logout without an answer, or with LOGOUT_UNCONFIRMED, may take effect at any time or never. It makes no accept wrong, and it excuses a
 * refusal from the moment it was sent.
 */
function mayHaveHappened({ outcome }: Operation): boolean {
  return outcome === 'done' || outcome === 'unconfirmed' || outcome === 'no-answer';
}

/** A logout of all sessions of a user, or of all but one; `until` is the instant of its answer, or never. */
interface Wide {
  readonly covered: Extract<Covered, { kind: 'user' }>;
  readonly sentAt: number;
  readonly until: number;
}

/** It certainly covers sessions opened before it was sent, and possibly all whose login was requested before its answer. */
function endMany(openings: readonly Operation[], logouts: readonly Wide[], lives: ReadonlyMap<string, Life>): void {
  const surely = new Earliest(
    logouts.filter(({ until }) => until < NEVER),
    ({ sentAt }) => sentAt,
    ({ until }) => until,
  );
  const perhaps = new Earliest(
    logouts,
    ({ until }) => until,
    ({ sentAt }) => sentAt,
  );
  for (const { sid, sentAt, answeredAt } of openings) {
    const life = lives.get(sid);
    if (life === undefined) continue;
    life.deadAt = Math.min(life.deadAt, surely.after(answeredAt, sid));
    life.mayEndAt = Math.min(life.mayEndAt, Math.max(sentAt, perhaps.after(sentAt, sid)));
  }
}

/** Finds the smallest `value` among logouts whose `key` lies after an instant and that do not spare a given session. */
class Earliest {
  readonly #keys: number[];
  /** For each position to the end: the smallest value, and the smallest among logouts that spare a different session than that one. */
  readonly #best: { readonly value: number; readonly but: string | null; readonly other: number }[] = [];

  constructor(logouts: readonly Wide[], key: (logout: Wide) => number, value: (logout: Wide) => number) {
    const sorted = [...logouts].sort((one, two) => key(one) - key(two));
    this.#keys = sorted.map(key);
    let best = { value: NEVER, but: null as string | null, other: NEVER };
    for (let place = sorted.length - 1; place >= 0; place -= 1) {
      const each = sorted[place] as Wide;
      best = merge(best, value(each), each.covered.but);
      this.#best[place] = best;
    }
  }

  after(instant: number, sid: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as number) > instant) high = middle;
      else low = middle + 1;
    }
    const best = this.#best[low];
    if (best === undefined) return NEVER;
    return best.but === sid ? best.other : best.value;
  }
}

function merge(best: { value: number; but: string | null; other: number }, value: number, but: string | null) {
  if (but === best.but && best.value < NEVER) return { ...best, value: Math.min(best.value, value) };
  if (value < best.value) return { value, but, other: best.value };
  return { ...best, other: Math.min(best.other, value) };
}
