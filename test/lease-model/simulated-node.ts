/** One node of the simulation: its own two clocks, memory, timers that may be late, and the reducer in the middle. */

import { nextTickAt } from '../../src/revocation/lease/lease.js';
import type { Member } from '../../src/revocation/lease/lease-events.js';
import { createLease, type LeaseState, type Now } from '../../src/revocation/lease/lease-state.js';
import type { Effect, EffectOf, Event, EventOf } from './database.js';
import type { Surroundings } from './protocols.js';
import { type Act, LISTENING_MS, POLLING_MS } from './script.js';
import type { Simulation } from './simulation.js';

const TOLERANCE_MS = 5_000;

interface Request {
  readonly session: string;
  readonly receivedAt: number;
  readonly answered: (isAccepted: boolean) => void;
}

export class SimulatedNode {
  /** Counts the node's processes; a message for an older process is ignored. */
  life = 0;
  isRunning = false;
  isCutOff = false;
  /** For the protocol that reads the members too early. */
  membersBefore: readonly Member[] | null = null;
  readonly surroundings = new Map<string, Surroundings>();
  #lease: LeaseState | null = null;
  /** The members whose acknowledgement of each pending logout has been heard. */
  #heard = new Map<string, Set<string>>();
  #memory = new Set<string>();
  #waiting = new Map<number, Request[]>();
  /** Work that arrives while the node is paused. Requests run first, because sockets are served before timers. */
  #backlog: { readonly isRequest: boolean; readonly run: () => void }[] = [];
  #pausedUntil = 0;
  #tick = 0;
  #stoodStillMs = 0;
  #wallStepMs = 0;
  #hasSuspended = false;
  #hasStepped = false;

  constructor(
    private readonly simulation: Simulation,
    readonly index: number,
    private readonly rate: number,
  ) {}

  /** Reads both clocks. */
  read(): Now {
    const running = this.simulation.time.now * this.rate;
    return { monotonic: 1_000 * (this.index + 1) + running - this.#stoodStillMs, wall: running + this.#wallStepMs };
  }

  /** The version up to which this node has applied the log. */
  get applied(): number {
    return this.#lease?.applied ?? 0;
  }

  get remembered(): readonly string[] {
    return [...this.#memory];
  }

  boot(): void {
    this.life += 1;
    this.#heard = new Map();
    this.#memory = new Set();
    this.#waiting = new Map();
    this.#backlog = [];
    this.membersBefore = null;
    this.isRunning = true;
    const settings = {
      nodeId: `${this.index}.${this.life}`,
      listeningLeaseMs: LISTENING_MS,
      pollingLeaseMs: POLLING_MS,
      clockToleranceMs: TOLERANCE_MS,
    };
    this.#lease = createLease(settings);
    this.#dispatch({ kind: 'start' });
    if (!this.simulation.areDoorbellsDown) this.#dispatch({ kind: 'listening', isListening: true });
  }

  /** Delivers an answer to a request of this process. */
  receive(event: Event, life: number): void {
    this.resume(() => this.#dispatch(event), life);
  }

  /** Continues in the process that asked, if it still runs. */
  resume(run: () => void, life: number): void {
    if (life === this.life) this.#whenAwake(false, run);
  }

  hear(event: Event): void {
    if (this.#lease?.isListening && !this.isCutOff) this.receive(event, this.life);
  }

  request(session: string, answered: Request['answered'] = () => {}): void {
    if (!this.isRunning) return;
    const request = { session, receivedAt: this.simulation.time.now, answered };
    this.#whenAwake(true, () => this.#dispatch({ kind: 'check' }, request));
  }

  suffer(kind: Act['kind'], amount: number): void {
    if (!this.isRunning) return;
    const ms = amount * 3 * LISTENING_MS;
    if (kind === 'pause') this.#pause(ms);
    if (kind === 'suspend') this.#suspend(ms);
    if (kind === 'step') this.#setWallClock((amount - 0.5) * (amount > 0.3 && amount < 0.7 ? 1_000 : 7_200_000), ms);
    if (kind === 'kill') this.#end(ms);
    if (kind === 'stop') this.#stop(ms);
    if (kind === 'deafen') this.receive({ kind: 'listening', isListening: false }, this.life);
    if (kind === 'listen') this.receive({ kind: 'listening', isListening: true }, this.life);
    if (kind === 'look')
      for (const factor of [0, 1.2, 2.4])
        this.simulation.time.after(factor * LISTENING_MS, () => this.receive({ kind: 'look-at-members' }, this.life));
    if (kind === 'sockets') this.receive({ kind: 'sockets', areOpen: amount < 0.5 }, this.life);
    if (kind === 'cut-off') {
      this.isCutOff = true;
      this.simulation.time.after(ms, () => {
        this.isCutOff = false;
      });
    }
  }

  /** Ends all faults. */
  heal(): void {
    this.isCutOff = false;
    this.receive({ kind: 'listening', isListening: true }, this.life);
  }

  /**
   * Later the clock is right again. If the wall clock steps back while the other clock stands still, nothing measures time: one of them
   * must run.
   */
  #setWallClock(stepMs: number, ms: number): void {
    if (this.#hasSuspended) return;
    this.#hasStepped = true;
    this.#wallStepMs += stepMs;
    this.simulation.time.after(ms, () => {
      this.#wallStepMs -= stepMs;
    });
  }

  #pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.simulation.time.now + ms);
    this.simulation.time.after(ms, () => this.#wake());
  }

  /** The machine sleeps, and its monotonic clock stops. */
  #suspend(ms: number): void {
    if (this.simulation.time.now < this.#pausedUntil || this.#hasStepped) return;
    this.#hasSuspended = true;
    this.#stoodStillMs += ms * this.rate;
    this.#pause(ms);
  }

  #stop(ms: number): void {
    this.#whenAwake(false, () => {
      this.#dispatch({ kind: 'stop' });
      this.simulation.time.after(LISTENING_MS, () => this.#end(ms));
    });
  }

  #end(ms: number): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.life += 1;
    this.#lease = null;
    this.simulation.forget(this);
    this.simulation.time.after(ms, () => this.boot());
  }

  #whenAwake(isRequest: boolean, run: () => void): void {
    const { life } = this;
    const runInLife = () => {
      if (life === this.life) run();
    };
    if (this.simulation.time.now < this.#pausedUntil) this.#backlog.push({ isRequest, run: runInLife });
    else runInLife();
  }

  #wake(): void {
    if (this.simulation.time.now < this.#pausedUntil) return;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const isRequest of [true, false]) for (const each of backlog) if (each.isRequest === isRequest) each.run();
  }

  #dispatch(event: Event, request?: Request): void {
    if (this.#lease === null) return;
    const logout = event.kind === 'recorded' ? event.logout : '';
    const surroundings = this.surroundings.get(logout) ?? { logoutStartedAt: 0, isRepeat: false };
    const before = this.#lease;
    if (event.kind === 'acknowledged') this.#hearAcknowledgement(event, before);
    const { state, effects } = this.simulation.protocol.reduce(before, event, this.read(), surroundings);
    this.#lease = state;
    for (const effect of effects) {
      if (effect.kind === 'answer') this.#judgeWait(effect, before);
      this.#carryOut(effect, request);
    }
    this.#setTimer();
  }

  #hearAcknowledgement({ memberId, version }: EventOf<'acknowledged'>, { logouts }: LeaseState): void {
    for (const pending of logouts) {
      const heard = this.#heard.get(pending.logout) ?? new Set();
      if (version >= pending.version) this.#heard.set(pending.logout, heard.add(memberId));
    }
  }

  /** A logout may wait for W only if some member that it waited for has not acknowledged. */
  #judgeWait({ logout, outcome }: EffectOf<'answer'>, { logouts }: LeaseState): void {
    const wait = logouts.find((each) => each.logout === logout)?.wait;
    if (outcome.kind !== 'confirmed' || outcome.by !== 'lease-expiry' || wait?.kind !== 'waited') return;
    if (wait.silent.every((memberId) => this.#heard.get(logout)?.has(memberId))) this.simulation.waitedInVain(logout);
  }

  #carryOut(effect: Effect, request: Request | undefined): void {
    switch (effect.kind) {
      case 'apply':
        if (this.simulation.protocol.database.readsWhole) this.#memory = new Set();
        for (const id of effect.delta.ids) this.#memory.add(id);
        return;
      case 'close-sockets':
        return;
      case 'look-up':
        if (request) this.#lookUp(request);
        return;
      case 'join':
        if (request) this.#waiting.set(effect.refresh, [...(this.#waiting.get(effect.refresh) ?? []), request]);
        return;
      case 'refuse':
        this.#refuse(request, effect.reason);
        return;
      case 'look-up-joined':
        for (const each of this.#take(effect.refresh)) this.#lookUp(each);
        return;
      case 'refuse-joined':
        for (const each of this.#take(effect.refresh)) this.#refuse(each, effect.reason);
        return;
      default:
        this.simulation.network.carryOut(this, effect);
    }
  }

  #take(refresh: number): readonly Request[] {
    const requests = this.#waiting.get(refresh) ?? [];
    this.#waiting.delete(refresh);
    return requests;
  }

  #lookUp({ session, receivedAt, answered }: Request): void {
    const isRevoked = this.#memory.has(session);
    this.simulation.verdict(this.index, session, receivedAt, isRevoked);
    answered(!isRevoked);
  }

  #refuse(request: Request | undefined, reason: string): void {
    this.simulation.count(`refused: ${reason}`);
    request?.answered(false);
  }

  /** One timer, set again after each step; it fires a little late. */
  #setTimer(): void {
    const at = this.#lease === null ? null : nextTickAt(this.#lease);
    this.#tick += 1;
    if (at === null) return;
    const { life } = this;
    const tick = this.#tick;
    const wait = Math.max(0.1, (at - this.read().monotonic) / this.rate + this.simulation.network.between(0, 1));
    this.simulation.time.after(wait, () => {
      if (life === this.life && tick === this.#tick) this.#whenAwake(false, () => this.#dispatch({ kind: 'tick' }));
    });
  }
}
