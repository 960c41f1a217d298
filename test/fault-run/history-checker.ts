/**
 * Judges a history: does it keep the promise of revocation? Pure, and O(n log n), since a session that has ended stays ended.
 *
 * A logout without an answer, or with LOGOUT_UNCONFIRMED, may have happened or not, at once or later: it never makes an accept
 * wrong, and it excuses a refusal from when it was sent.
 */
import type { Covered, Operation } from './history.js';

export type ViolationKind =
  /** A check sent after a covering logout was answered, and accepted. */
  | 'stale accept'
  /** Refused as revoked although no logout that may cover it had been sent. */
  | 'false revocation'
  /** A login was answered, and its token is not known. */
  | 'lost login'
  /** Refused as revoked, and accepted later: by the same node, or by any when every lease from before has run out. */
  | 'flapping'
  /** After the restart of all: an answered logout is not in force, a live session is not alive, or the nodes do not agree. */
  | 'durability'
  /** An answer that a client must never see. */
  | 'strange answer';

export interface Violation {
  readonly kind: ViolationKind;
  readonly operation: Operation;
}

/** What is known of the life of one session. */
interface Life {
  /** From when on nobody may accept it: the first answer of a logout that covers it. */
  deadAt: number;
  /** From when on it may be refused: when the first logout was sent that may cover it. */
  mayEndAt: number;
  /** When it was first refused as revoked, by anybody, and to a check by each node. */
  refusedAt: number;
  readonly refusedBy: Map<number, number>;
  readonly finalOutcomes: Set<string>;
}

const NEVER = Number.POSITIVE_INFINITY;

/** @param waitMs W of the protocol with the longest lease of any node: after it, who has refused speaks for all */
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

/** Whether it says that the session is alive, or that it has ended. */
function isDefinite({ outcome, accepts }: Operation): boolean {
  return accepts && (outcome === 'done' || outcome === 'revoked');
}

function noteRefusal(life: Life | undefined, operation: Operation): void {
  if (life === undefined) return;
  const { kind, node, outcome, answeredAt, isFinal } = operation;
  if (isFinal && isDefinite(operation)) life.finalOutcomes.add(outcome);
  if (outcome !== 'revoked') return;
  life.refusedAt = Math.min(life.refusedAt, answeredAt);
  // Anything but a check may have been refused by the database, before this node has heard of it.
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

function mayHaveHappened({ outcome }: Operation): boolean {
  return outcome === 'done' || outcome === 'unconfirmed' || outcome === 'no-answer';
}

/** A logout of all sessions of a user, or of all others; `until` is its answer, or never. */
interface Wide {
  readonly covered: Extract<Covered, { kind: 'user' }>;
  readonly sentAt: number;
  readonly until: number;
}

/** It surely covers what had been opened when it was sent, and perhaps what was not yet asked for when it was answered. */
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

/** Among those whose `key` lies after an instant and that do not spare a session, the smallest `value`. */
class Earliest {
  readonly #keys: number[];
  /** From each place to the end: the smallest value, and the smallest of those that spare another session than that one. */
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
