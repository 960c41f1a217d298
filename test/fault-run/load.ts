/** A steady load on several nodes: clients open, refresh and end sessions on any node and check them on all, at a bounded rate. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/app/random.js';
import type { ClientSession, FaultClients } from './clients.js';

export interface LoadRates {
  readonly checksPerSecond: number;
  readonly logoutsPerSecond: number;
}

const TICK_MS = 10;
/** How many live sessions the load keeps. */
const LIVE = 30;
/** Per user, who may have a hundred. */
const SESSIONS_OF_A_USER = 25;
/** Per node. Each login hashes a password, so more at once would only wait. */
const LOGINS_AT_ONCE = 2;
/** Faults begin once there are this many sessions. */
const ENOUGH = LIVE / 2;
const LOGOUTS_AT_ONCE = 40;
/** Per node: checks sent to a paused node wait in its sockets. */
const CHECKS_AT_ONCE = 60;
/** One check in this many also reads the database. */
const READS_AMONG_CHECKS = 8;
const REFRESHES_PER_LOGOUT = 0.6;
/** Sessions whose end was requested are checked most often while they are among these recent ones. */
const RECENT = 30;
const DRAIN_WITHIN_MS = 60_000;
const DOUBTFUL_TRIES = 6;

export class FaultLoad {
  readonly sessions: ClientSession[] = [];
  #live: ClientSession[] = [];
  readonly #ended: ClientSession[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #checking: number[];
  readonly #due = { checks: 0, logouts: 0, refreshes: 0 };
  readonly #loggingIn: number[];
  #loggingOut = 0;
  #users = 0;
  /** The user that logs in now, and the number of its remaining logins. */
  #user = '';
  #left = 0;
  #isRegistering = false;
  #timer: NodeJS.Timeout | undefined;
  #lastTickAt = 0;

  constructor(
    private readonly clients: FaultClients,
    private readonly nodes: number,
    private readonly random: Random,
    private readonly rates: LoadRates,
    /** Separates the users of one run from those of another on the same database. */
    private readonly prefix: string,
  ) {
    this.#checking = Array.from({ length: clients.checkers }, () => 0);
    this.#loggingIn = Array.from({ length: nodes }, () => 0);
  }

  /** The number of logouts without an answer yet. */
  get logoutsUnderWay(): number {
    return this.#loggingOut;
  }

  /** Returns when there are enough sessions. */
  async start(): Promise<void> {
    this.#lastTickAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    while (this.#live.length < ENOUGH) await sleep(TICK_MS);
  }

  /** Sends nothing new and waits for pending operations. @throws if one is never answered */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const until = performance.now() + DRAIN_WITHIN_MS;
    while (this.#running.size > 0) {
      if (performance.now() > until) throw new Error(`${this.#running.size} requests were not answered within a minute`);
      await sleep(TICK_MS);
    }
  }

  #tick(): void {
    const now = performance.now();
    // After a pause of this process the load does not catch up all at once.
    const seconds = Math.min(now - this.#lastTickAt, 100) / 1000;
    this.#lastTickAt = now;
    this.#due.checks += seconds * this.rates.checksPerSecond;
    this.#due.logouts += seconds * this.rates.logoutsPerSecond;
    this.#due.refreshes += seconds * this.rates.logoutsPerSecond * REFRESHES_PER_LOGOUT;
    for (let node = 0; node < this.nodes; node += 1) this.#logInMore(node);
    for (; this.#due.checks >= 1; this.#due.checks -= 1) this.#checkAny();
    for (; this.#due.logouts >= 1; this.#due.logouts -= 1) {
      if (this.#live.length >= ENOUGH && this.#loggingOut < LOGOUTS_AT_ONCE) this.#run(this.#logOutAny());
    }
    for (; this.#due.refreshes >= 1; this.#due.refreshes -= 1) this.#run(this.#refreshAny());
  }

  #run(work: Promise<unknown>): void {
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #logInMore(node: number): void {
    const underWay = this.#loggingIn.reduce((sum, many) => sum + many, 0);
    while (!this.#isRegistering && this.#live.length + underWay < LIVE && (this.#loggingIn[node] as number) < LOGINS_AT_ONCE) {
      this.#loggingIn[node] = (this.#loggingIn[node] as number) + 1;
      this.#run(this.#logIn(node));
    }
  }

  async #logIn(node: number): Promise<void> {
    const session = await (this.#left > 0 ? this.#logInAgain(node) : this.#register(node));
    this.#loggingIn[node] = (this.#loggingIn[node] as number) - 1;
    if (session === null) return;
    this.sessions.push(session);
    this.#live.push(session);
    // When one node has answered a login, every node and every service accepts its token at once.
    for (let other = 0; other < this.clients.checkers; other += 1) if (other !== node) this.#check(other, session);
  }

  #logInAgain(node: number): Promise<ClientSession | null> {
    this.#left -= 1;
    return this.clients.logIn(node, this.#user, false);
  }

  /** Without an answer the user may or may not exist, so the next attempt uses another one. */
  async #register(node: number): Promise<ClientSession | null> {
    this.#isRegistering = true;
    this.#users += 1;
    const user = `${this.prefix}-${this.#users}@example.com`;
    const session = await this.clients.logIn(node, user, true);
    if (session !== null) [this.#user, this.#left] = [user, SESSIONS_OF_A_USER];
    this.#isRegistering = false;
    return session;
  }

  #checkAny(): void {
    const node = this.random.below(this.clients.checkers);
    const kind = this.random.below(10);
    const recent = this.#ended.slice(-RECENT);
    const session = kind < 6 ? this.#pick(recent) : kind < 7 ? this.#pick(this.#ended) : this.#pick(this.#live);
    if (session !== undefined) this.#check(node, session);
  }

  #check(node: number, session: ClientSession): void {
    if ((this.#checking[node] as number) >= CHECKS_AT_ONCE) return;
    this.#checking[node] = (this.#checking[node] as number) + 1;
    const isRead = this.random.below(READS_AMONG_CHECKS) === 0;
    const asked = isRead ? this.clients.read(node, session) : this.clients.check(node, session, this.#pick(session.accessTokens));
    this.#run(
      asked.finally(() => {
        this.#checking[node] = (this.#checking[node] as number) - 1;
      }),
    );
  }

  async #refreshAny(): Promise<void> {
    // Some belong to sessions that are ending or have ended: no refresh may revive them.
    const session = this.#pick(this.random.below(4) === 0 ? this.#ended.slice(-RECENT) : this.#live);
    if (session?.isRefreshable) await this.clients.refresh(this.random.below(this.nodes), session);
  }

  async #logOutAny(): Promise<void> {
    const session = this.#pick(this.#live) as ClientSession;
    const kind = this.random.below(20);
    if (kind === 0) return this.#logOutMany(session, this.random.below(2) === 0 ? 'ALL' : 'OTHERS');
    const other = this.#live.find(({ user, sid }) => user === session.user && sid !== session.sid);
    if (kind < 5 && other !== undefined) return this.#end([other], (node) => this.clients.revoke(node, session, other));
    // Sends some logouts twice at once, on two nodes: the second answer must not come before the first logout is in force.
    const times = kind < 9 ? 2 : 1;
    const logOut = () => this.#end([session], (node) => this.clients.logOut(node, session, 'CURRENT'));
    await Promise.all(Array.from({ length: times }, logOut));
  }

  async #logOutMany(session: ClientSession, scope: 'ALL' | 'OTHERS'): Promise<void> {
    const ended = this.#live.filter(({ user, sid }) => user === session.user && (scope === 'ALL' || sid !== session.sid));
    await this.#end(ended, (node) => this.clients.logOut(node, session, scope));
  }

  /** Retries on another node each time until it is answered; then checks every node and every service at once. */
  async #end(ended: readonly ClientSession[], logOut: (node: number) => Promise<string>): Promise<void> {
    this.#live = this.#live.filter((session) => !ended.includes(session));
    this.#ended.push(...ended);
    this.#loggingOut += 1;
    const first = this.random.below(this.nodes);
    const isPatient = this.random.below(4) > 0;
    for (let attempt = 0; attempt < (isPatient ? DOUBTFUL_TRIES : 1); attempt += 1) {
      const outcome = await logOut((first + attempt) % this.nodes);
      if (outcome === 'done' || outcome === 'revoked') break;
      await sleep(100 + this.random.below(500));
    }
    this.#loggingOut -= 1;
    for (let node = 0; node < this.clients.checkers; node += 1) for (const session of ended.slice(0, 3)) this.#check(node, session);
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.random.below(Math.max(items.length, 1))];
  }
}
