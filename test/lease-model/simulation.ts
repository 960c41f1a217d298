/** Simulates some nodes, one database and a bad network in virtual time: from a script and a seed it computes the faults. */
import { type Random, seededRandom } from '../support/app/random.js';
import { LeaseNetwork } from './network.js';
import type { Protocol } from './protocols.js';
import { ACTS_END, type Act, END, RECOVERED_AT, type Report, type Script } from './script.js';
import { SimulatedNode } from './simulated-node.js';
import { VirtualTime } from './virtual-time.js';

export class Simulation {
  areDoorbellsDown = false;
  readonly time = new VirtualTime();
  readonly network: LeaseNetwork;
  readonly nodes: readonly SimulatedNode[];
  readonly #random: Random;
  readonly #faults: string[] = [];
  readonly #counts: Record<string, number> = {};
  /** When the first logout of each session was answered, in true time. */
  readonly #answeredAt = new Map<string, number>();
  readonly #open = new Set<string>();
  #logouts = 0;

  constructor(
    readonly protocol: Protocol,
    private readonly script: Script,
  ) {
    this.#random = seededRandom(script.seed);
    this.network = new LeaseNetwork(this, this.#random, script.roughness);
    this.nodes = Array.from({ length: script.nodes }, (_, index) => new SimulatedNode(this, index, script.rates[index] ?? 1));
  }

  run(): Report {
    for (const node of this.nodes) {
      this.time.after(this.network.between(0, 50), () => node.boot());
      this.#traffic(node);
    }
    for (const act of this.script.acts) this.time.at(act.at, () => this.#perform(act));
    this.time.at(ACTS_END, () => {
      this.areDoorbellsDown = false;
      for (const node of this.nodes) node.heal();
    });
    this.time.at(RECOVERED_AT, () => this.#expectRecovery());
    this.time.runUntil(END, () => this.#faults.length > 0);
    if (this.#faults.length === 0) for (const logout of this.#open) this.#faults.push(`${logout} was never answered`);
    return { faults: this.#faults, counts: this.#counts };
  }

  count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }

  /** Judges the result of a check: the promise, on both sides. */
  verdict(node: number, session: string, receivedAt: number, isRevoked: boolean): void {
    this.count(isRevoked ? 'revoked' : 'accepted');
    const answeredAt = this.#answeredAt.get(session);
    if (!isRevoked && answeredAt !== undefined && answeredAt < receivedAt) {
      this.#faults.push(`stale accept of ${session} on node ${node} at ${this.time.now}, ${receivedAt - answeredAt} ms after the answer`);
    }
    if (isRevoked && !this.network.has(session)) this.#faults.push(`false revocation of ${session} on node ${node}`);
  }

  waitedInVain(logout: string): void {
    this.#faults.push(`${logout} waited for W although everybody acknowledged`);
  }

  /** The coordinator is gone: its logouts get no answer. */
  forget(node: SimulatedNode): void {
    for (const logout of this.#open) if (logout.startsWith(`${node.index}:`)) this.#open.delete(logout);
  }

  #perform({ kind, node: index, session, amount }: Act): void {
    const node = this.nodes[index % this.nodes.length];
    if (node === undefined) return;
    this.count(kind);
    if (kind === 'check') node.request(`session ${session}`);
    else if (kind === 'logout') this.#logOutOnceOrTwice(node, `session ${session}`, amount);
    else if (amount < 0.5 && (kind === 'deafen' || kind === 'listen')) this.#switchDoorbells(kind);
    else node.suffer(kind, amount);
  }

  /** A pooler without LISTEN comes between, or goes away: each node notices by itself. */
  #switchDoorbells(kind: 'deafen' | 'listen'): void {
    this.areDoorbellsDown = kind === 'deafen';
    for (const node of this.nodes) this.time.after(this.network.between(0, 60), () => node.suffer(kind, 0));
  }

  #logOutOnceOrTwice(node: SimulatedNode, session: string, amount: number): void {
    if (amount > 0.8) this.network.ringElsewhere(node);
    this.#logOut(node, session);
    const other = this.nodes[(node.index + 1) % this.nodes.length];
    if (other !== undefined && amount < 0.4) this.time.after(amount * 60, () => this.#logOut(other, session));
  }

  #logOut(node: SimulatedNode, session: string): void {
    if (!node.isRunning) return;
    this.#logouts += 1;
    const logout = `${node.index}:${this.#logouts}:${session}`;
    this.#open.add(logout);
    const surroundings = { logoutStartedAt: node.read().monotonic, isRepeat: false };
    if (this.protocol.readsMembersFirst) node.membersBefore = this.network.database.members;
    node.surroundings.set(logout, surroundings);
    this.network.commit(node, logout, session);
  }

  answer(logout: string, how: string): void {
    this.count(`answered: ${how}`);
    this.#open.delete(logout);
    const session = logout.split(':')[2] ?? '';
    if (how === 'unconfirmed') return;
    if (!this.network.has(session)) this.#faults.push(`${logout} was answered and is not in the log`);
    if (!this.#answeredAt.has(session)) this.#answeredAt.set(session, this.time.now);
    // The moments just after an answer matter most.
    for (const node of this.nodes) for (const ms of [0.01, 3, 20, 90]) this.time.after(ms, () => node.request(session));
  }

  /** Requests for any session at any time, in bursts. */
  #traffic(node: SimulatedNode): void {
    this.time.after(this.network.between(5, this.#random.below(4) === 0 ? 1_000 : 60), () => {
      node.request(`session ${this.#random.below(6)}`);
      this.#traffic(node);
    });
  }

  #expectRecovery(): void {
    for (const node of this.nodes) {
      node.request('nobody', (isAccepted) => {
        if (!isAccepted) this.#faults.push(`node ${node.index} does not recover`);
      });
    }
  }
}
