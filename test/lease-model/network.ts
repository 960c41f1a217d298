/** The database of a simulation, and its network to the nodes: a message may come late, twice or never. */

import type { Random } from '../support/app/random.js';
import {
  type Effect,
  EMPTY_DATABASE,
  type Event,
  type FakeDatabase,
  firstSnapshotOf,
  foreignBell,
  recordOf,
  runCommit,
  runLeave,
  runRefresh,
  runRegister,
  runRemoval,
  runRestore,
} from './database.js';
import { ACTS_END } from './script.js';
import type { SimulatedNode } from './simulated-node.js';
import type { Simulation } from './simulation.js';

const STATEMENT_TIMEOUT_MS = 800;

/** The result of a statement: an event for the reducer, an action of the sender itself, or nothing. */
type Answer = Event | (() => void) | null;

export class LeaseNetwork {
  database: FakeDatabase = EMPTY_DATABASE;
  readonly #registered = new Set<string>();

  constructor(
    private readonly simulation: Simulation,
    private readonly random: Random,
    /** From 0 to 1. */
    private readonly roughness: number,
  ) {}

  has(session: string): boolean {
    return this.database.rows.some(({ id }) => id === session);
  }

  between(low: number, high: number): number {
    return low + (this.random.below(10_000) / 10_000) * (high - low);
  }

  carryOut(node: SimulatedNode, effect: Effect): void {
    const { life } = node;
    const run = (change: (database: FakeDatabase) => FakeDatabase) => () => {
      this.database = change(this.database);
      return null;
    };
    switch (effect.kind) {
      case 'register': {
        const { memberId } = effect;
        const event: Event = { kind: 'registered', memberId };
        const register = () => {
          this.#registered.add(memberId);
          return run((database) => runRegister(database, effect))() ?? event;
        };
        this.#statement(node, register, this.simulation.protocol.servesUnregistered ? null : { kind: 'register-failed', memberId });
        if (this.simulation.protocol.servesUnregistered) node.receive(event, life);
        return;
      }
      case 'refresh': {
        const refresh = () => {
          const { database, reply } = runRefresh(this.database, effect, this.simulation.time.now, this.simulation.protocol.database);
          const isUnregistered = this.simulation.protocol.servesUnregistered && !this.#registered.has(effect.memberId);
          const isMember = reply.isMember || isUnregistered === true;
          this.database = database;
          return { kind: 'refreshed', refresh: effect.refresh, reply: { ...reply, isMember } } as const;
        };
        this.#statement(node, refresh, { kind: 'refresh-failed', refresh: effect.refresh });
        return;
      }
      case 'read-members': {
        const { read } = effect;
        const members = () => node.membersBefore ?? this.database.members;
        this.#statement(node, () => ({ kind: 'members-read', read, members: members() }), { kind: 'members-unread', read });
        return;
      }
      case 'restore':
        this.#statement(node, () => run((database) => runRestore(database, effect, node.remembered))() ?? { kind: 'restored' }, {
          kind: 'restore-failed',
        });
        return;
      case 'leave':
        this.#statement(
          node,
          run((database) => runLeave(database, effect.memberId)),
          null,
        );
        return;
      case 'remove-member':
        this.#statement(
          node,
          run((database) => this.#remove(database, effect)),
          null,
        );
        return;
      case 'acknowledge':
        this.#broadcast(node, { ...effect, kind: 'acknowledged' });
        return;
      case 'ring':
        this.#broadcast(node, { ...effect, kind: 'doorbell' });
        return;
      case 'answer':
        this.simulation.answer(effect.logout, effect.outcome.kind === 'confirmed' ? effect.outcome.by : 'unconfirmed');
        return;
      default:
        throw new Error(`nobody carries out ${effect.kind}`);
    }
  }

  /** Everybody hears a doorbell of another database, whose log is one version ahead. */
  ringElsewhere(node: SimulatedNode): void {
    this.#broadcast(node, foreignBell(this.database.version + 1));
  }

  commit(node: SimulatedNode, logout: string, session: string): void {
    const { applied } = node;
    const commit = () => {
      const { database, isRepeat } = runCommit(this.database, session);
      this.database = database;
      node.surroundings.set(logout, { logoutStartedAt: node.surroundings.get(logout)?.logoutStartedAt ?? 0, isRepeat });
      if (isRepeat && this.simulation.protocol.answersRepeatsFromFirstSnapshot) return firstSnapshotOf(database, logout, session);
      return recordOf(database, logout, session, applied);
    };
    this.#statement(node, commit, () => this.#readBack(node, logout, session));
  }

  /** Follows a commit with an unknown outcome, as `Revocations` does: the reducer hears of the logout if its row exists. */
  #readBack(node: SimulatedNode, logout: string, session: string): void {
    const unconfirmed = () => this.simulation.answer(logout, 'unconfirmed');
    const { applied } = node;
    this.#statement(node, () => (this.has(session) ? recordOf(this.database, logout, session, applied) : unconfirmed), unconfirmed);
  }

  /**
   * A statement is sent, runs and returns, with a delay at each step. If its answer is late, it has failed for the sender and may still
   * run.
   */
  #statement(node: SimulatedNode, run: () => Answer, failure: Answer): void {
    const { life } = node;
    let isOpen = true;
    const conclude = (answer: Answer) => {
      if (!isOpen) return;
      isOpen = false;
      if (typeof answer === 'function') node.resume(answer, life);
      else if (answer !== null) node.receive(answer, life);
    };
    this.simulation.time.after(STATEMENT_TIMEOUT_MS, () => conclude(failure));
    if (node.isCutOff || this.#isUnlucky(0.15)) return;
    this.simulation.time.after(this.#latency(), () => {
      const answer = run();
      if (!node.isCutOff && !this.#isUnlucky(0.1)) this.simulation.time.after(this.#latency(), () => conclude(answer));
    });
  }

  #remove(database: FakeDatabase, effect: Extract<Effect, { kind: 'remove-member' }>): FakeDatabase {
    const after = runRemoval(database, effect);
    if (after !== database) this.simulation.count('removed');
    return after;
  }

  #broadcast(sender: SimulatedNode, event: Event): void {
    for (const node of this.simulation.nodes) {
      if (node === sender && event.kind === 'doorbell') continue;
      for (let copies = this.#isUnlucky(0.1) ? 2 : 1; copies > 0; copies -= 1) {
        if (sender.isCutOff || this.#isUnlucky(0.4)) continue;
        this.simulation.time.after(this.#latency() + this.#latency(), () => node.hear(event));
      }
    }
  }

  #isUnlucky(most: number): boolean {
    return this.simulation.time.now < ACTS_END && this.between(0, 1) < most * this.roughness;
  }

  #latency(): number {
    return this.#isUnlucky(0.15) ? this.between(1, 1.5 * STATEMENT_TIMEOUT_MS) : this.between(0.1, 2);
  }
}
