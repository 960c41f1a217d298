/**
 * A world of the model: two nodes, one session, one database. A node's clock always reads 0, and instants in the past move away from it.
 */
import type { Member } from '../../src/revocation/lease/lease-events.js';
import { createLease, type LeaseState } from '../../src/revocation/lease/lease-state.js';
import { type EffectOf, EMPTY_DATABASE, type EventOf, type FakeDatabase, foreignBell } from './database.js';

export interface Scenario {
  /** The nodes that log the session out, each at most once. */
  readonly coordinators: readonly number[];
  /** The nodes that take requests; the others only coordinate. */
  readonly serving: readonly number[];
  /** How often node 0 reads the members without a logout. If it never does, no member is removed. */
  readonly looks: number;
  /** How much time may pass in one step, on the clock of each node. */
  readonly paces: readonly (readonly [number, number])[];
  readonly listeningLeaseMs: number;
  readonly pollingLeaseMs: number;
  /** Whether node 1 begins with doorbells and may lose them. */
  readonly termFalls: boolean;
  /** Whether node 1 begins without doorbells and may come to hear them; node 0 never does. */
  readonly termRises: boolean;
  /** Whether a refresh reads its snapshot before its commit, as PostgreSQL does: other statements may run in between. */
  readonly hasSnapshots: boolean;
  /** Whether statements of a refresh, and their replies, may be lost. */
  readonly loses: boolean;
  /** How often node 1 may be killed. */
  readonly kills: number;
  /** How many other sessions are logged out by a node outside the model, which rings too. */
  readonly strangers: number;
  /** Whether a doorbell of another database is heard. */
  readonly hasForeignBell: boolean;
  /** What makes node 1 a verifier: it reaches the database through a server, and acknowledges by its next renewal. Null for a node. */
  readonly verifier: VerifierTraits | null;
}

export interface VerifierTraits {
  /** The lease that it asks for. */
  readonly askedMs: number;
  /** The longest lease that the server grants. */
  readonly grantedMs: number;
  /** Whether an answer may come again, in place of a later one, and a request may be carried out twice. */
  readonly repeats: boolean;
  /** Whether its credential may be revoked. */
  readonly isRevocable: boolean;
  /** Whether the holder of another credential names the verifier's member id. */
  readonly hasStranger: boolean;
  /** How many rows one answer holds at most; null for a log that is always short. */
  readonly pageRows: number | null;
}

/** How far the logout of a node has progressed. */
export type Course = 'none' | 'asked' | 'committed' | 'reading-back' | 'waiting' | 'answered' | 'unconfirmed';

/** A refresh whose snapshot has been read, and whose renewal is not committed. */
export interface ReadRefresh {
  readonly kind: 'read';
  readonly refresh: number;
  readonly effect: EffectOf<'refresh'>;
  readonly reply: EventOf<'refreshed'>['reply'];
}

export interface ModelNode {
  readonly lease: LeaseState;
  /** Whether the node's memory has the id. */
  readonly remembers: boolean;
  /** Statements under way: sent, or executed without a reply yet. */
  readonly registering: EffectOf<'register'> | null;
  readonly refreshing: EffectOf<'refresh'> | ReadRefresh | EventOf<'refreshed'> | null;
  readonly reading: EffectOf<'read-members'> | EventOf<'members-read'> | null;
  readonly removals: readonly EffectOf<'remove-member'>[];
  /** Of a verifier: the version up to which the pages of its refresh have been read. Null if it has no page yet. */
  readonly pagedTo: number | null;
  /** Of a verifier: its first answer, which may be received again. */
  readonly firstReply: EventOf<'refreshed'>['reply'] | null;
  /** Waiting checks: the refresh that they wait for, and whether one of them came after a logout was answered. */
  readonly waiting: readonly { readonly refresh: number; readonly isLate: boolean }[];
  readonly logout: {
    readonly course: Course;
    readonly isRepeat: boolean;
    readonly startedAt: number;
    readonly membersBefore: readonly Member[] | null;
    /** The members whose acknowledgement has been heard since the commit was known. */
    readonly heard: readonly string[];
  };
}

export interface World {
  readonly nodes: readonly ModelNode[];
  readonly database: FakeDatabase;
  readonly looks: number;
  readonly kills: number;
  readonly strangers: number;
  /** Doorbells and acknowledgements stay under way for ever, which covers lost, late and doubled ones alike. */
  readonly bells: readonly EventOf<'doorbell'>[];
  readonly acknowledgements: readonly EventOf<'acknowledged'>[];
  readonly isAnswered: boolean;
  /** Whether the credential of the verifier is revoked: the server refuses its requests. */
  readonly isRefused: boolean;
  readonly fault: string | null;
}

/** Situations that the exploration has met, so that a model in which nothing happens is noticed. */
export type Witnesses = Set<string>;

export function newNode(nodeId: string, scenario: Scenario, isListening: boolean): ModelNode {
  const { pollingLeaseMs, verifier } = scenario;
  const listeningLeaseMs = nodeId.startsWith('b') && verifier !== null ? verifier.askedMs : scenario.listeningLeaseMs;
  const lease = createLease({ nodeId, listeningLeaseMs, pollingLeaseMs, clockToleranceMs: 1_000_000_000 });
  return {
    lease: { ...lease, isListening },
    remembers: false,
    registering: null,
    refreshing: null,
    reading: null,
    removals: [],
    pagedTo: null,
    firstReply: null,
    waiting: [],
    logout: { course: 'none', isRepeat: false, startedAt: 0, membersBefore: null, heard: [] },
  };
}

export function startOf(scenario: Scenario): World {
  const nodes = [
    newNode('a', scenario, false),
    newNode('b', scenario, scenario.termFalls || (scenario.verifier?.askedMs ?? 0) > scenario.listeningLeaseMs),
  ];
  const { looks, kills, strangers } = scenario;
  const bells = scenario.hasForeignBell ? [foreignBell(1)] : [];
  return {
    nodes,
    database: EMPTY_DATABASE,
    looks,
    kills,
    strangers,
    bells,
    acknowledgements: [],
    isAnswered: false,
    isRefused: false,
    fault: null,
  };
}
