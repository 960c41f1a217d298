/**
 * Drives the lease reducer in the role of a verifier: a node that logs nobody out, and reaches the database through a server. It feeds the
 * reducer clocks, timer, answers and bells as events, and carries its effects out in the same turn.
 */
import { inTurns } from '../revocation/lease/event-turns.js';
import type { FeedBell, RenewalAnswer } from '../revocation/lease/feed-messages.js';
import { nextTickAt, reduceLease, unreadiness } from '../revocation/lease/lease.js';
import type { LeaseEffect, LeaseEvent } from '../revocation/lease/lease-events.js';
import { type Denial, isInside, type LeaseState } from '../revocation/lease/lease-state.js';
import { PendingCheck, WaitingRoom } from '../revocation/lease/waiting-rooms.js';
import type { BlacklistRow } from '../revocation/memory/log-rows.js';
import { type LogDelta, Replica } from '../revocation/memory/replica.js';
import { doorbellOf } from './feed-events.js';
import { firstLease, tellFault } from './first-lease.js';
import type { KeyRing } from './key-ring.js';
import { createMemberRequests, type MemberRequests } from './member-requests.js';
import type { Settings } from './options.js';
import type { Surroundings } from './surroundings.js';
import type { Watches } from './watches.js';

type Event = LeaseEvent<LogDelta>;
type Effect = LeaseEffect<LogDelta>;
type RequestsNeeds = Parameters<typeof createMemberRequests>[0];

interface Needs extends Pick<RequestsNeeds, 'feed' | 'patience'> {
  readonly settings: Settings;
  readonly ring: KeyRing;
  readonly watches: Watches;
}

/** Two servers of different databases behind one address would otherwise be asked in turn without a pause. */
const ANEW_AFTER_MS = 1_000;

export function createLeaseDriver(...given: ConstructorParameters<typeof LeaseDriver>): LeaseDriver {
  return new LeaseDriver(...given);
}

export class LeaseDriver {
  #state: LeaseState;
  #replica = new Replica();
  #requests: MemberRequests;
  #issuer: string | null = null;
  #sweptGeneration = 0;
  /** The version of the ring by which everything that is watched was judged. */
  #sweptRing = 0;
  #isListening = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #take = inTurns<{ readonly event: Event; readonly check: PendingCheck | null }>(
    ({ event, check }) => this.#step(event, check),
    () => this.#setTimer(),
  );
  #checks = new WaitingRoom();
  #loaded: { resolve(): void; reject(error: Error): void } | null = null;
  /** Resolves once the whole log is in memory; it rejects if the verifier is closed before. */
  readonly loaded: Promise<void>;

  constructor(
    private readonly world: Surroundings,
    private readonly needs: Needs,
  ) {
    this.#state = firstLease(needs.settings, world.freshText());
    this.#requests = this.#newRequests();
    this.loaded = new Promise((resolve, reject) => {
      this.#loaded = { resolve, reject };
    });
    // Nobody need wait for it.
    this.loaded.catch(() => undefined);
  }

  get state(): LeaseState {
    return this.#state;
  }

  get replica(): Replica {
    return this.#replica;
  }

  /** The `iss` of tokens; null before it is known. */
  get issuer(): string | null {
    return this.needs.settings.issuer ?? this.#issuer;
  }

  get hasLease(): boolean {
    const { lease } = this.#state;
    return lease !== null && isInside(lease, this.world.clock.now());
  }

  start(): void {
    this.#happen({ kind: 'start' });
  }

  /** Gives the lease up, and then the membership. */
  async stop(): Promise<void> {
    this.#happen({ kind: 'stop' });
    clearTimeout(this.#timer);
    this.#requests.cancel();
    this.#loaded?.reject(new Error('The verifier was closed before it had loaded the log'));
    await this.#requests.left;
  }

  /** A check through the reducer. @returns nothing if memory may be asked at once. @throws LatchkeyError AUTH_UNAVAILABLE */
  check(): Promise<void> | undefined {
    return this.#wait({ kind: 'check' });
  }

  /** Resolves after a renewal that is sent after this call. It rejects if that brings nothing. */
  async renew(): Promise<void> {
    await this.#wait({ kind: 'renew', isAwaited: true });
  }

  listen(isListening: boolean): void {
    this.#isListening = isListening;
    this.#happen({ kind: 'listening', isListening });
  }

  hear(bell: FeedBell): void {
    this.#happen(doorbellOf(bell));
  }

  /** While anything is watched, the lease is kept: revocations must be heard of. */
  keepLease(areOpen: boolean): void {
    this.#happen({ kind: 'sockets', areOpen });
  }

  /** Asks the server if no lease is held. @returns why none can be had, or null */
  async findUnreadiness(): Promise<Denial | null> {
    if (this.hasLease) return null;
    // If it fails, the state says why.
    await (async () => this.check())().catch(() => undefined);
    return unreadiness(this.#state, this.world.clock.now());
  }

  #wait(event: Event): Promise<void> | undefined {
    const check = new PendingCheck();
    this.#happen(event, check);
    return check.wait();
  }

  #newRequests(): MemberRequests {
    const { feed, patience, settings } = this.needs;
    return createMemberRequests({
      feed,
      patience,
      strictLeaseMs: settings.boundedMs === null ? settings.leaseMs : null,
      tell: (event) => this.#happen(event),
      takePage: (rows) => this.#takePage(rows),
      takeAnswer: (answer) => this.#takeAnswer(answer),
      onOtherCluster: () => this.#beginAnew(),
    });
  }

  /** Rows only ever add to what is refused, so they are in force before their answer is whole. The version stays (R37). */
  #takePage(rows: readonly BlacklistRow[]): void {
    this.#replica.add(rows);
    const { version } = this.#replica;
    const state = { version, generation: 0, sessionsSince: 0, prunedBefore: new Date(0) };
    this.needs.watches.endRevoked({ since: version, state, rows });
  }

  #takeAnswer({ keys, issuer }: RenewalAnswer): void {
    const { settings, ring } = this.needs;
    ring.replace(keys);
    if (settings.issuer !== null && issuer !== settings.issuer && issuer !== this.#issuer)
      this.world.log.warn({ issuer }, 'the login server issues tokens of another issuer than the option "issuer" names');
    this.#issuer = issuer;
  }

  /** The address leads to another database now. Nothing of what is known says anything about it (R40). */
  #beginAnew(): void {
    this.world.log.error({}, 'the login server has another database now: everything is loaded anew');
    this.#happen({ kind: 'stop' });
    this.#requests.cancel();
    this.needs.ring.replace([]);
    this.#issuer = null;
    this.#replica = new Replica();
    this.#sweptGeneration = 0;
    this.#checks = new WaitingRoom();
    this.#requests = this.#newRequests();
    this.needs.watches.endAll();
    const retryAt = this.world.clock.now().monotonic + ANEW_AFTER_MS;
    const first = firstLease(this.needs.settings, this.world.freshText());
    this.#state = { ...first, isListening: this.#isListening, retryAt };
    this.start();
  }

  #happen(event: Event, check: PendingCheck | null = null): void {
    this.#take({ event, check });
  }

  #step(event: Event, check: PendingCheck | null): void {
    const { state, effects } = reduceLease(this.#state, event, this.world.clock.now());
    const { fault } = this.#state;
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect, check);
    if (state.fault !== fault) tellFault(this.world.log, state.fault);
  }

  /** No answer depends on the timer being punctual: a late timer only delays. */
  #setTimer(): void {
    clearTimeout(this.#timer);
    const at = this.#state.isStopped ? null : nextTickAt(this.#state);
    if (at === null) return;
    const wait = Math.max(1, Math.ceil(at - this.world.clock.now().monotonic));
    this.#timer = setTimeout(() => this.#happen({ kind: 'tick' }), wait);
    this.#timer.unref();
  }

  #carryOut(effect: Effect, check: PendingCheck | null): void {
    switch (effect.kind) {
      case 'apply':
        this.#replica.apply(effect.delta);
        this.#loaded?.resolve();
        return;
      case 'close-sockets':
        this.#endRevoked(effect.delta);
        return;
      case 'acknowledge':
        // The next renewal says up to which version everything has ended. So it is sent after `close-sockets` (R38).
        this.#happen({ kind: 'renew', isAwaited: false });
        return;
      case 'restore':
        // Only a node may write: a verifier reads the log again from its beginning, and keeps its ids (R40).
        this.world.log.error({ version: effect.version }, 'the login server has lost commits: its log is read again');
        this.#replica.restart();
        this.#happen({ kind: 'restored' });
        return;
      default:
        this.#pass(effect, check);
    }
  }

  /** Effects on checks, and requests to the server, which answer later with an event. */
  #pass(effect: Effect, check: PendingCheck | null): void {
    const { kind } = effect;
    if (kind === 'look-up') check?.lookUp();
    else if (kind === 'join' && check !== null) this.#checks.enter(effect.refresh, check);
    else if (kind === 'refuse') check?.refuse(effect.reason);
    else if (kind === 'register') this.#requests.register(effect);
    else if (kind === 'refresh') this.#requests.refresh(effect);
    else if (kind === 'leave') this.#requests.leave(effect);
    else if (kind === 'look-up-joined') for (const waiting of this.#checks.leave(effect.refresh)) waiting.lookUp();
    else if (kind === 'refuse-joined') for (const waiting of this.#checks.leave(effect.refresh)) waiting.refuse(effect.reason);
    // The others are about logouts, which a verifier does not coordinate.
  }

  /** After a log that went back the generation may be lower, and the ring may hold other keys: then each open thing is judged again. */
  #endRevoked(delta: LogDelta): void {
    const { watches, ring } = this.needs;
    watches.endRevoked(delta);
    if (watches.size === 0) return;
    const { generation } = this.#replica;
    if (generation !== this.#sweptGeneration) watches.endWhere((token) => this.#replica.verdictWithoutList(token));
    if (ring.version !== this.#sweptRing) watches.endWhere(({ kid }) => (ring.find(kid) === null ? 'token-revoked' : 'live'));
    this.#sweptGeneration = generation;
    this.#sweptRing = ring.version;
  }
}
