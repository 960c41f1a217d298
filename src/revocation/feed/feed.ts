/** The node half of the feed: answers renewals of verifiers, relays their acknowledgements, and passes bells on (R32 to R35). */
import type { JsonWebKey } from 'node:crypto';
import type { LogState } from '../blacklist.js';
import type { Acknowledgement, Bell } from '../lease/bell-text.js';
import type { FeedBell, RenewalAnswer } from '../lease/feed-messages.js';
import type { BellFollower } from '../lease/lease-node.js';
import { writeCursor } from './cursor.js';
import type { Renewal, RenewalReading, RenewalStatements } from './renewal.js';

export interface FeedSettings {
  /** T of this node: no verifier gets a longer lease from it. */
  readonly longestLeaseMs: number;
  readonly issuer: string;
}

interface Needs {
  readonly settings: FeedSettings;
  readonly statements: RenewalStatements;
  /** What this process knows of the log. */
  readonly replica: Omit<LogState, 'prunedBefore'> & { readonly prunedBefore: number };
  /** Tells whoever waits, on whichever node. */
  readonly relay: (acknowledgement: Acknowledgement) => void;
}

/** Gets what a stream of events tells. */
export interface FeedListener {
  ring(bell: FeedBell): void;
  hear(isHearing: boolean): void;
  /** The credential was revoked. */
  end(credentialId: string): void;
}

interface KnownMember {
  readonly credentialHash: string;
  readonly credentialId: string;
  /** The last acknowledgement that this node relayed, and how many bells it had heard by then. */
  readonly relayed: number;
  readonly bells: number;
}

/** Many more than there may be members. It bounds the memory; a member that was forgotten is acknowledged after its statement. */
const MOST_KNOWN = 1_000;
/** A bounded verifier is no member: nobody waits for it, so the length is its own affair. */
export const LONGEST_BOUND_MS = 3_600_000;
const MOST_ROWS = 300;

export class Feed implements BellFollower {
  #clusterId: string | null = null;
  #newest: Bell | null = null;
  #bells = 0;
  #isHearing: boolean;
  #registrations = 0;
  readonly #members = new Map<string, KnownMember>();
  readonly #listeners = new Set<FeedListener>();

  constructor(
    private readonly needs: Needs,
    isAlone: boolean,
  ) {
    this.#isHearing = isAlone;
  }

  get settings(): FeedSettings {
    return this.needs.settings;
  }

  /** Whether this node hears the bells of all others. */
  get isHearing(): boolean {
    return this.#isHearing;
  }

  /** The verifiers that this node has registered since its start, for `/metrics`. */
  get registrations(): number {
    return this.#registrations;
  }

  /** @param clusterId the id of the database */
  open(clusterId: string): void {
    this.#clusterId = clusterId;
  }

  countRegistration(): void {
    this.#registrations += 1;
  }

  /** @returns stops it */
  follow(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ring(bell: Bell): void {
    this.#newest = bell;
    this.#bells += 1;
    const told = this.#told(bell);
    if (told !== null) for (const listener of [...this.#listeners]) listener.ring(told);
  }

  hear(isHearing: boolean): void {
    if (isHearing === this.#isHearing) return;
    this.#isHearing = isHearing;
    for (const listener of [...this.#listeners]) listener.hear(isHearing);
  }

  /** The credential was revoked: its streams end, and its members are no longer believed before the database was asked (R35). */
  endCredential(credentialId: string): void {
    for (const [id, member] of this.#members) if (member.credentialId === credentialId) this.#members.delete(id);
    for (const listener of [...this.#listeners]) listener.end(credentialId);
  }

  /**
   * Answers from the database, which is asked after the request has arrived (R32).
   *
   * @returns null if the credential is unknown or revoked
   * @throws LatchkeyError AUTH_UNAVAILABLE
   */
  async renew(renewal: Renewal, nonce: string): Promise<RenewalAnswer | null> {
    this.#acknowledgeAtOnce(renewal);
    const reading = await this.needs.statements.renew(renewal);
    if (reading === null) {
      if (renewal.member !== null) this.#members.delete(renewal.member.id);
      return null;
    }
    if (!reading.isStandby) this.#clusterId = reading.clusterId;
    this.#acknowledgeAfter(renewal, reading);
    return this.#answer(renewal, reading, nonce);
  }

  /**
   * A bell was rung, and this member answers it: whoever waits hears of it before the database is asked (R33). The newest bell shows that the
   * log has this version, even if the log has gone back meanwhile.
   */
  #acknowledgeAtOnce({ member, credentialHash, applied, after }: Renewal): void {
    const known = member === null || after !== null ? undefined : this.#members.get(member.id);
    if (member === null || known === undefined || known.credentialHash !== credentialHash) return;
    if (this.#newest === null || this.#newest.version < applied || !this.#isNews(known, applied)) return;
    this.#relay(member.id, { ...known, relayed: applied }, this.#newest.carried?.clusterId ?? this.#clusterId);
  }

  /** The statement has found the member and the version. A logout that reads the members from now on sees it in the row. */
  #acknowledgeAfter({ member, credentialHash, applied }: Renewal, reading: RenewalReading): void {
    if (member === null || reading.recordedMs === null || reading.isStandby) return;
    const { credentialId, clusterId, end } = reading;
    const known = this.#members.get(member.id) ?? { credentialHash, credentialId, relayed: -1, bells: -1 };
    if (end === null && this.#isNews(known, applied))
      this.#relay(member.id, { ...known, credentialHash, credentialId, relayed: applied }, clusterId);
  }

  /** A paced renewal that acknowledges nothing new is not told to the other nodes. A deaf node can't know, so it tells each. */
  #isNews({ relayed, bells }: KnownMember, applied: number): boolean {
    return applied > relayed || bells !== this.#bells || !this.#isHearing;
  }

  #relay(memberId: string, member: KnownMember, clusterId: string | null): void {
    this.#members.delete(memberId);
    this.#members.set(memberId, { ...member, bells: this.#bells });
    for (const oldest of this.#members.keys()) {
      if (this.#members.size <= MOST_KNOWN) break;
      this.#members.delete(oldest);
    }
    if (clusterId !== null) this.needs.relay({ clusterId, memberId, version: member.relayed });
  }

  #answer({ member, leaseMs }: Renewal, reading: RenewalReading, nonce: string): RenewalAnswer {
    const { clusterId, isStandby, isRenewed, databaseNow, version, generation, sessionsSince, rows, end, keys, recordedMs } = reading;
    const { longestLeaseMs, issuer } = this.needs.settings;
    // A logout that has read the members waits for the T that was on record then, so the lease is never longer (R32).
    const strict = isRenewed ? Math.min(leaseMs, longestLeaseMs, recordedMs ?? 0) : 0;
    const granted = member === null ? Math.min(leaseMs, LONGEST_BOUND_MS) : strict;
    return {
      nonce,
      clusterId,
      isMember: recordedMs !== null,
      isRenewed,
      isStandby,
      granted: isStandby || end !== null ? 0 : granted,
      databaseNow,
      version,
      generation,
      sessionsSince,
      prunedBefore: reading.prunedBefore.getTime(),
      rows,
      ...(end === null ? {} : { cursor: writeCursor(end) }),
      keys: keys.map((key) => JSON.parse(key) as JsonWebKey),
      issuer,
    };
  }

  /** A bell that carries no rows, or too many, tells the version, and of all else what this process knows. */
  #told({ version, carried }: Bell): FeedBell | null {
    const clusterId = carried?.clusterId ?? this.#clusterId;
    if (clusterId === null) return null;
    const { generation, sessionsSince, prunedBefore } = this.needs.replica;
    if (carried === null) return { clusterId, version, generation, sessionsSince, prunedBefore };
    const { state, rows } = carried.delta;
    const told = {
      clusterId,
      version,
      generation: state.generation,
      sessionsSince: state.sessionsSince,
      prunedBefore: state.prunedBefore.getTime(),
    };
    if (rows.length > MOST_ROWS) return told;
    return { ...told, since: carried.since, rows: rows.map(({ id, revokedUntil }) => [id, revokedUntil.getTime()] as const) };
  }
}
