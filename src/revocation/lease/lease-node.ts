/**
 * Drives the lease reducer: feeds it clocks, timer, statements and messages as events, and carries its effects out in the same turn.
 * It also coordinates every revocation on a shared database, whether or not this process holds leases.
 */
import { LatchkeyError } from '../../lib/errors.js';
import type { World } from '../../world.js';
import type { Commit, Confirmation, Coordinator } from '../coordinator.js';
import type { LiveConnections } from '../live-connections.js';
import type { LogDelta, Replica } from '../memory/replica.js';
import type { Acknowledgement, Bell } from './bell-text.js';
import type { Doorbell } from './doorbell.js';
import { inTurns } from './event-turns.js';
import { nextTickAt, reduceLease, unreadiness } from './lease.js';
import type { LeaseEffect, LeaseEvent } from './lease-events.js';
import { LeaseFigures } from './lease-figures.js';
import { createRequests, type LeaseRequests, type MemberStatements, type Restore } from './lease-requests.js';
import { createLease, type Denial, isInside, type Lease, type LeaseSettings, type LeaseState } from './lease-state.js';
import { PendingAnswers, PendingCheck, WaitingRoom } from './waiting-rooms.js';

type Event = LeaseEvent<LogDelta>;
type Effect = LeaseEffect<LogDelta>;

type RequestEffect = Extract<Effect, { kind: 'refresh' | 'register' | 'leave' | 'restore' | 'read-members' | 'remove-member' }>;

/** Gets every bell that this process rings or hears, and whether it hears bells at all. */
export interface BellFollower {
  ring(bell: Bell): void;
  hear(isHearing: boolean): void;
}

interface Needs {
  readonly settings: LeaseSettings;
  readonly statements: MemberStatements;
  readonly doorbell: Pick<Doorbell, 'ring' | 'acknowledge' | 'read' | 'echo'>;
  readonly follower: BellFollower;
  readonly replica: Replica;
  readonly connections: LiveConnections;
  readonly restore: Restore;
  /** The first revocation of a new process waits for it, so that the process misses no acknowledgement. */
  readonly canHear: Promise<void>;
  /** Called once for each revocation, when it is in force on every node. */
  readonly onConfirmed: (confirmation: Confirmation) => void;
}

export class LeaseNode implements Coordinator {
  readonly figures = new LeaseFigures();
  #state: LeaseState;
  #isStarted = false;
  #hasWarned = false;
  readonly #take = inTurns<{ readonly event: Event; readonly check: PendingCheck | null }>(
    ({ event, check }) => this.#step(event, check),
    () => this.#setTimer(),
  );
  readonly #checks = new WaitingRoom();
  readonly #answers = new PendingAnswers();
  readonly #requests: LeaseRequests;
  #isListening = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly world: Pick<World, 'leaseClock' | 'log'>,
    private readonly needs: Needs,
  ) {
    const { settings, statements, restore } = needs;
    this.#state = createLease(settings);
    this.#requests = createRequests(statements, restore, this.figures, world.log, (event) => this.#happen(event));
  }

  get state(): LeaseState {
    return this.#state;
  }

  /** Registers this node. The blacklist must be loaded first: the first refresh reads only rows above the version in memory. */
  start(): void {
    this.#isStarted = true;
    this.#state = { ...this.#state, applied: this.needs.replica.version };
    this.#happen({ kind: 'start' });
    if (this.#isListening) this.#happen({ kind: 'listening', isListening: true });
  }

  /** An open connection counts as traffic: the node keeps its lease while one is open, so that it learns of revocations that end it. */
  keepLease(areOpen: boolean): void {
    if (areOpen && !this.#isStarted) this.start();
    this.#happen({ kind: 'sockets', areOpen });
  }

  /** Gives the lease up and deregisters this node. From the call on, the server must not serve requests. */
  async stop(): Promise<void> {
    this.#happen({ kind: 'stop' });
    clearTimeout(this.#timer);
    this.#answers.abandon();
    await this.#requests.left;
  }

  /** A check through the reducer. @returns nothing if memory may be asked at once. @throws LatchkeyError AUTH_UNAVAILABLE */
  check(): Promise<void> | undefined {
    const check = new PendingCheck();
    this.#happen({ kind: 'check' }, check);
    return check.wait();
  }

  /** A process that never registered still coordinates its own revocations, so it hears acknowledgements and ignores everything else. */
  hear(text: string): void {
    const told = this.needs.doorbell.read(text);
    if (told?.kind === 'doorbell') this.needs.follower.ring(told);
    if (told !== null && (this.#isStarted || told.kind === 'acknowledged')) this.#happen(told);
  }

  /** Tells whoever waits, here and on the other nodes, that a verifier has applied a version (R33). */
  relay(acknowledgement: Acknowledgement): void {
    this.#happen({ kind: 'acknowledged', ...acknowledgement });
    this.needs.doorbell.acknowledge(acknowledgement);
  }

  listen(isListening: boolean): void {
    this.#isListening = isListening;
    this.needs.follower.hear(isListening);
    if (this.#isStarted) this.#happen({ kind: 'listening', isListening });
  }

  /** Removes dead members. Call it at intervals: a member is dead if it has not renewed between two reads. Resolves once that is done. */
  async watchMembers(): Promise<void> {
    this.#happen({ kind: 'look-at-members' });
    await this.#requests.swept();
  }

  async confirm(delta: Commit): Promise<Confirmation> {
    const { since, state } = delta;
    const { clusterId, version } = state;
    // The database has lost commits, so this version proves nothing. The next refresh notices the loss as well and repairs it.
    if (version < since) throw LatchkeyError.logoutUnconfirmed(new Error('The log went backwards'));
    await this.needs.canHear;
    const confirmation = await this.#answers.wait((logout) => this.#happen({ kind: 'recorded', logout, clusterId, since, version, delta }));
    this.needs.onConfirmed(confirmation);
    return confirmation;
  }

  take(delta: LogDelta): void {
    this.needs.replica.apply(delta);
  }

  /** Asks the database if no lease is held, so the answer is current. @returns why this node should get no requests, or null */
  async findUnreadiness(): Promise<Denial | null> {
    const { lease } = this.#state;
    if (lease !== null && isInside(lease, this.world.leaseClock.now())) return null;
    await Promise.resolve(this.check()).catch(() => undefined);
    return unreadiness(this.#state, this.world.leaseClock.now());
  }

  /** Whether this process hears its own messages on the channel. */
  async hearsItself(): Promise<boolean> {
    await this.needs.canHear;
    return this.needs.doorbell.echo();
  }

  /** Whether this node hears doorbells. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** The age of the lease in seconds, null when none is held. */
  get leaseAgeSeconds(): number | null {
    const lease = this.#heldLease();
    return lease === null ? null : (this.world.leaseClock.now().monotonic - lease.from.monotonic) / 1000;
  }

  /** How long the lease lasts in all, in seconds; null when none is held. */
  get leaseSeconds(): number | null {
    const lease = this.#heldLease();
    return lease === null ? null : lease.termMs / 1000;
  }

  #heldLease(): Lease | null {
    const { lease } = this.#state;
    return lease !== null && isInside(lease, this.world.leaseClock.now()) ? lease : null;
  }

  #happen(event: Event, check: PendingCheck | null = null): void {
    this.#take({ event, check });
  }

  #step(event: Event, check: PendingCheck | null): void {
    const before = this.#state.fault;
    const { state, effects } = reduceLease(this.#state, event, this.world.leaseClock.now());
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect, check);
    if (state.fault !== before && this.#isStarted) this.#logFault(state.fault);
  }

  /** No answer depends on the timer being punctual: a late timer only delays. */
  #setTimer(): void {
    clearTimeout(this.#timer);
    if (this.#state.isStopped && this.#state.logouts.length === 0) return;
    const at = nextTickAt(this.#state);
    if (at === null) return;
    const wait = Math.max(1, Math.ceil(at - this.world.leaseClock.now().monotonic));
    this.#timer = setTimeout(() => this.#happen({ kind: 'tick' }), wait);
  }

  /** Effects that ask the database go to `#request` and answer later, with an event. */
  #carryOut(effect: Effect, check: PendingCheck | null): void {
    const { kind } = effect;
    if (kind === 'apply') this.needs.replica.apply(effect.delta);
    else if (kind === 'look-up') check?.lookUp();
    else if (kind === 'join') this.#join(effect.refresh, check);
    else if (kind === 'refuse') this.#refuse(effect.reason, check === null ? [] : [check]);
    else if (kind === 'look-up-joined') for (const waiting of this.#checks.leave(effect.refresh)) waiting.lookUp();
    else if (kind === 'refuse-joined') this.#refuse(effect.reason, this.#checks.leave(effect.refresh));
    else if (kind === 'answer') this.#answers.answer(effect.logout, effect.outcome);
    else if (kind === 'close-sockets') this.needs.connections.endRevoked(effect.delta);
    else if (kind === 'acknowledge') this.needs.doorbell.acknowledge(effect);
    else if (kind === 'ring') this.#ring(effect);
    else this.#request(effect);
  }

  #ring(bell: Bell): void {
    this.needs.doorbell.ring(bell);
    this.needs.follower.ring(bell);
  }

  #request(effect: RequestEffect): void {
    const { kind } = effect;
    if (kind === 'refresh') this.#requests.refresh(effect);
    else if (kind === 'register') this.#requests.register(effect);
    else if (kind === 'leave') this.#requests.leave(effect);
    else if (kind === 'restore') this.#requests.restore(effect);
    else if (kind === 'read-members') this.#requests.readMembers(effect);
    else this.#requests.removeMember(effect);
  }

  #join(refresh: number, check: PendingCheck | null): void {
    this.figures.readThroughs += 1;
    if (check !== null) this.#checks.enter(refresh, check);
  }

  #refuse(reason: Denial, checks: readonly PendingCheck[]): void {
    this.figures.deny(reason, checks.length);
    for (const check of checks) check.refuse(reason);
  }

  #logFault(fault: LeaseState['fault']): void {
    if (fault !== null) this.world.log.warn({ fault }, 'this node can get no lease');
    else if (this.#hasWarned) this.world.log.info('this node can have a lease again');
    this.#hasWarned = fault !== null;
  }
}
