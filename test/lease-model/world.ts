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
  /** Whether statements of a refresh, and their replies, may be lost. */
  readonly loses: boolean;
  /** How often node 1 may be killed. */
  readonly kills: number;
  /** How many other sessions are logged out by a node outside the model, which rings too. */
  readonly strangers: number;
  /** Whether a doorbell of another database is heard. */
  readonly hasForeignBell: boolean;
}

/** How far the logout of a node has progressed. */
export type Course = 'none' | 'asked' | 'committed' | 'reading-back' | 'waiting' | 'answered' | 'unconfirmed';

export interface ModelNode {
  readonly lease: LeaseState;
  /** Whether the node's memory has the id. */
  readonly remembers: boolean;
  /** Statements under way: sent, or executed without a reply yet. */
  readonly registering: EffectOf<'register'> | null;
  readonly refreshing: EffectOf<'refresh'> | EventOf<'refreshed'> | null;
  readonly reading: EffectOf<'read-members'> | EventOf<'members-read'> | null;
  readonly removals: readonly EffectOf<'remove-member'>[];
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
  readonly fault: string | null;
}

/** Situations that the exploration has met, so that a model in which nothing happens is noticed. */
export type Witnesses = Set<string>;

export function newNode(nodeId: string, scenario: Scenario, isListening: boolean): ModelNode {
  const { listeningLeaseMs, pollingLeaseMs } = scenario;
  const lease = createLease({ nodeId, listeningLeaseMs, pollingLeaseMs, clockToleranceMs: 1_000_000_000 });
  return {
    lease: { ...lease, isListening },
    remembers: false,
    registering: null,
    refreshing: null,
    reading: null,
    removals: [],
    waiting: [],
    logout: { course: 'none', isRepeat: false, startedAt: 0, membersBefore: null, heard: [] },
  };
}

export function startOf(scenario: Scenario): World {
  const nodes = [newNode('a', scenario, false), newNode('b', scenario, scenario.termFalls)];
  const { looks, kills, strangers } = scenario;
  const bells = scenario.hasForeignBell ? [foreignBell(1)] : [];
  return { nodes, database: EMPTY_DATABASE, looks, kills, strangers, bells, acknowledgements: [], isAnswered: false, fault: null };
}
