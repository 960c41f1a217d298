/** Every step out of one world of the model: requests, timers, statements that run or get lost, and the effects of the reducer. */
import { nextTickAt } from '../../src/revocation/lease/lease.js';
import type { LeaseState } from '../../src/revocation/lease/lease-state.js';
import {
  CLUSTER,
  type Effect,
  type EffectOf,
  type Event,
  type EventOf,
  firstSnapshotOf,
  recordOf,
  runCommit,
  runLeave,
  runRefresh,
  runRegister,
  runRemoval,
} from './database.js';
import { passTime } from './model-time.js';
import type { Protocol } from './protocols.js';
import { relay, runRenewal } from './verifier-moves.js';
import {
  type Course,
  type ModelNode,
  newNode,
  type ReadRefresh,
  type Scenario,
  type VerifierTraits,
  type Witnesses,
  type World,
} from './world.js';

const ID = 'session';
const OTHER_ID = 'other session';
const NOW = { monotonic: 0, wall: 0 };

export class Moves {
  constructor(
    private readonly protocol: Protocol,
    private readonly scenario: Scenario,
    private readonly witnesses: Witnesses,
    private readonly world: World,
    private readonly found: (step: string, next: World) => void,
  ) {}

  all(): void {
    const { nodes, kills, isAnswered } = this.world;
    const isDecided =
      isAnswered && kills === 0 && this.scenario.serving.every((index) => isSafe(nodes[index]?.remembers === true, this.protocol));
    if (isDecided) return;
    this.world.nodes.forEach((node, index) => {
      if (this.scenario.serving.includes(index)) this.#requests(node, index);
      this.#events(node, index);
      this.#statements(node, index);
      if (this.scenario.coordinators.includes(index)) this.#logout(node, index);
    });
    for (const pace of this.scenario.paces) {
      const passed = passTime(this.world, pace);
      if (passed !== null) this.found(`time passes: ${pace.join(' and ')} ms`, passed);
    }
    if (this.world.strangers > 0) this.#logOutStranger();
    if (this.scenario.verifier !== null) this.#misuse(this.scenario.verifier);
    const [, second] = this.world.nodes;
    if (this.world.kills > 0 && second !== undefined && second.lease.registrations > 0) {
      const reborn = newNode(`${second.lease.settings.nodeId}'`, this.scenario, false);
      this.found('b is killed and started', {
        ...withNode(this.world, 1, { ...reborn, logout: second.logout }),
        kills: this.world.kills - 1,
      });
    }
  }

  #requests({ lease, remembers }: ModelNode, index: number): void {
    if (lease.registrations === 0) this.#dispatch('starts', index, { kind: 'start' });
    for (const bell of this.world.bells)
      this.#dispatch(`hears the doorbell of ${bell.version} from ${bell.carried?.clusterId}`, index, bell);
    if (lease.isListening && !this.scenario.termRises)
      this.#dispatch('loses the doorbell', index, { kind: 'listening', isListening: false });
    if (!lease.isListening && this.scenario.termRises)
      this.#dispatch('comes to hear doorbells', index, { kind: 'listening', isListening: true });
    if (!isSafe(remembers, this.protocol)) this.#dispatch('checks', index, { kind: 'check' });
  }

  #events({ lease, logout }: ModelNode, index: number): void {
    const tickAt = nextTickAt(lease);
    if (tickAt !== null && tickAt <= 0) this.#dispatch('ticks', index, { kind: 'tick' });
    for (const acknowledgement of logout.course === 'waiting' ? this.world.acknowledgements : []) {
      this.#hearAcknowledgement(acknowledgement, index);
    }
    if (index === 0 && this.world.looks > 0 && lease.reading === null) {
      this.#dispatch('looks at the members', index, { kind: 'look-at-members' }, { ...this.world, looks: this.world.looks - 1 });
    }
  }

  #hearAcknowledgement(event: EventOf<'acknowledged'>, index: number): void {
    const { memberId, version } = event;
    const node = this.world.nodes[index];
    const pending = node?.lease.logouts[0];
    // No logout waits for its own node.
    if (node === undefined || pending === undefined || memberId.startsWith(`${node.lease.settings.nodeId}-`)) return;
    const heard = version < pending.version ? node.logout.heard : [...new Set([...node.logout.heard, memberId])].sort();
    this.#dispatch(`hears ${memberId}`, index, event, withNode(this.world, index, { ...node, logout: { ...node.logout, heard } }));
  }

  #logOutStranger(): void {
    const { database } = runCommit(this.world.database, OTHER_ID);
    const { version } = database;
    const bell = { kind: 'doorbell', version, carried: { clusterId: CLUSTER, since: version - 1, delta: { ids: [OTHER_ID] } } } as const;
    this.found('another session is logged out', { ...withBell(this.world, bell), database, strangers: this.world.strangers - 1 });
  }

  #statements(node: ModelNode, index: number): void {
    const { registering, refreshing, reading, removals } = node;
    const { database } = this.world;
    if (registering !== null && this.#isRefused(index)) {
      const refused = withNode(this.world, index, { ...node, registering: null });
      // It tries for ever, each time under a new id, and the second refusal shows no more than the first.
      if (node.lease.registrations < 2)
        this.#dispatch('may not register', index, { kind: 'register-failed', memberId: registering.memberId }, refused);
    } else if (registering !== null) {
      const done = { ...withNode(this.world, index, { ...node, registering: null }), database: runRegister(database, registering) };
      this.#dispatch('is registered', index, { kind: 'registered', memberId: registering.memberId }, done);
    }
    const traits = this.#traitsOf(index);
    if (traits !== null && refreshing !== null) this.#renewal(node, index, traits);
    else if (refreshing?.kind === 'refresh' && this.scenario.hasSnapshots) {
      const { reply } = runRefresh(database, refreshing, 0, this.protocol.database);
      const read: ReadRefresh = { kind: 'read', refresh: refreshing.refresh, effect: refreshing, reply };
      this.found(`${nameOf(index)}: refresh reads its snapshot`, withNode(this.world, index, { ...node, refreshing: read }));
    } else if (refreshing?.kind === 'refresh' || refreshing?.kind === 'read') {
      const effect = refreshing.kind === 'read' ? refreshing.effect : refreshing;
      const run = runRefresh(database, effect, 0, this.protocol.database);
      const reply = refreshing.kind === 'read' ? { ...refreshing.reply, isMember: run.reply.isMember } : run.reply;
      const isMember = reply.isMember || (registering !== null && this.protocol.servesUnregistered === true);
      const event = { kind: 'refreshed', refresh: refreshing.refresh, reply: { ...reply, isMember } } as const;
      this.found(`${nameOf(index)}: refresh is executed`, {
        ...withNode(this.world, index, { ...node, refreshing: event }),
        database: run.database,
      });
    }
    if (refreshing !== null && traits === null) {
      const answered = withNode(this.world, index, { ...node, refreshing: null });
      if (refreshing.kind === 'refreshed') this.#dispatch('receives its refresh', index, refreshing, answered);
      if (this.scenario.loses)
        this.#dispatch('loses its refresh', index, { kind: 'refresh-failed', refresh: refreshing.refresh }, answered);
    }
    if (reading?.kind === 'read-members') {
      const members = node.logout.membersBefore ?? database.members;
      const event = { kind: 'members-read', read: reading.read, members } as const;
      this.found(`${nameOf(index)}: members are read`, withNode(this.world, index, { ...node, reading: event }));
    } else if (reading !== null) {
      this.#dispatch('receives the members', index, reading, withNode(this.world, index, { ...node, reading: null }));
    }
    for (const removal of removals) {
      const done = withNode(this.world, index, { ...node, removals: removals.filter((other) => other !== removal) });
      const after = runRemoval(database, removal);
      if (after !== database) this.witnesses.add('a member is removed');
      this.found(`${nameOf(index)}: ${removal.memberId} is removed`, { ...done, database: after });
    }
  }

  /** The renewal of a verifier: carried out once or twice, page by page, answered once or twice, or lost on the way. */
  #renewal(node: ModelNode, index: number, traits: VerifierTraits): void {
    const { refreshing, firstReply } = node;
    const { database } = this.world;
    if (refreshing === null) return;
    const { refresh } = refreshing;
    const ended = withNode(this.world, index, { ...node, refreshing: null, pagedTo: null });
    if (this.scenario.loses || this.#isRefused(index))
      this.#dispatch('loses its renewal', index, { kind: 'refresh-failed', refresh }, ended);
    if (refreshing.kind === 'read') return;
    if (refreshing.kind === 'refreshed') {
      this.#dispatch('receives its renewal', index, refreshing, ended);
      return;
    }
    if (firstReply !== null && this.protocol.verifier?.ignoresNonce) {
      this.#dispatch('receives an old answer', index, { kind: 'refreshed', refresh, reply: firstReply }, ended);
    }
    if (this.#isRefused(index)) return;
    const answered = runRenewal(database, refreshing, node, traits, this.protocol.verifier ?? {});
    if (answered.kind === 'page') {
      this.witnesses.add('a page is read');
      const remembers = node.remembers || answered.ids.includes(ID);
      this.found('b: a page is read', withNode(this.world, index, { ...node, remembers, pagedTo: answered.pagedTo }));
      return;
    }
    const { database: after, reply } = answered;
    const first = traits.repeats ? (firstReply ?? reply) : null;
    const done = withNode(this.world, index, { ...node, refreshing: { kind: 'refreshed', refresh, reply }, firstReply: first });
    this.found('b: renewal is carried out', { ...done, database: after });
    if (traits.repeats && reply.isRenewed) {
      this.witnesses.add('a renewal is carried out twice');
      this.found('b: renewal is carried out by another server', { ...this.world, database: after });
    }
  }

  /** What others do with the credential, or with the member id, of the verifier. */
  #misuse({ isRevocable, hasStranger }: VerifierTraits): void {
    const { database, isRefused, acknowledgements } = this.world;
    if (isRevocable && !isRefused) {
      const members = this.protocol.verifier?.deletesRowsWithCredential
        ? database.members.filter(({ memberId }) => !memberId.startsWith('b'))
        : database.members;
      this.found('the credential is revoked', { ...this.world, isRefused: true, database: { ...database, members } });
    }
    if (!hasStranger || !this.protocol.verifier?.acceptsForeignMember) return;
    for (const { memberId, leaseMs } of database.members.filter(({ memberId }) => memberId.startsWith('b'))) {
      const world = relay(this.world, { kind: 'refresh', refresh: 0, memberId, leaseMs, since: 0 }, database.version);
      if (world.acknowledgements !== acknowledgements) this.found(`a stranger acknowledges as ${memberId}`, world);
    }
  }

  #traitsOf(index: number): VerifierTraits | null {
    return index === 1 ? this.scenario.verifier : null;
  }

  #isRefused(index: number): boolean {
    return index === 1 && this.world.isRefused;
  }

  #logout(node: ModelNode, index: number): void {
    const { logout } = node;
    const { database } = this.world;
    const go = (course: Course, changes = {}) => withNode(this.world, index, { ...node, logout: { ...logout, course, ...changes } });
    if (logout.course === 'none') {
      const membersBefore = this.protocol.readsMembersFirst ? database.members : null;
      this.found(`${nameOf(index)}: logout`, go('asked', { startedAt: 0, membersBefore }));
    }
    if (logout.course === 'asked') {
      const { database: after, isRepeat } = runCommit(database, ID);
      this.found(`${nameOf(index)}: commit`, { ...go('committed', { isRepeat }), database: after });
    }
    if (logout.course === 'committed') {
      const isOld = logout.isRepeat && this.protocol.answersRepeatsFromFirstSnapshot === true;
      const event = isOld ? firstSnapshotOf(database, nameOf(index), ID) : recordOf(database, nameOf(index), ID, node.lease.applied);
      this.#dispatch('receives its commit', index, event, go('waiting'));
    }
    if (this.scenario.loses && (logout.course === 'asked' || logout.course === 'committed')) {
      this.found(`${nameOf(index)} does not know its commit`, go('reading-back'));
    }
    // `Revocations` does the same before the reducer hears of the logout.
    if (logout.course === 'reading-back' && isLoggedOut(this.world)) {
      this.#dispatch('reads back', index, recordOf(database, nameOf(index), ID, node.lease.applied), go('waiting'));
    } else if (logout.course === 'reading-back') {
      this.witnesses.add('answered: unconfirmed');
      this.found(`${nameOf(index)} reads back and finds nothing`, go('unconfirmed'));
    }
  }

  #dispatch(step: string, index: number, event: Event, from: World = this.world): void {
    const node = from.nodes[index];
    if (node === undefined) return;
    if (event.kind === 'doorbell' && this.protocol.verifier?.acknowledgesUnapplied && node.lease.membership.kind === 'registered') {
      const { memberId } = node.lease.membership;
      this.found('b acknowledges unapplied', relay(from, { kind: 'refresh', refresh: 0, memberId, leaseMs: 0, since: event.version }));
    }
    const { startedAt, isRepeat } = node.logout;
    const { state, effects } = this.protocol.reduce(node.lease, event, NOW, { logoutStartedAt: startedAt, isRepeat });
    if (state === node.lease && effects.every(({ kind }) => kind === 'look-up' || kind === 'acknowledge')) {
      // Such a step leads to no new world, unless it is the check that must not pass.
      if (effects.length === 0 || (event.kind === 'check' && !(from.isAnswered && !node.remembers))) return;
    }
    let world = withNode(from, index, { ...node, lease: state });
    for (const effect of effects) world = this.#carryOut(world, index, effect, node.lease);
    world = withNode(world, index, this.#withoutTheUnneeded(world.nodes[index] ?? node));
    this.found(`${nameOf(index)} ${step}`, world);
    if (this.protocol.servesUnregistered && effects.some(({ kind }) => kind === 'register') && state.membership.kind === 'registering') {
      this.#dispatch(`${step}, and goes on`, index, { kind: 'registered', memberId: state.membership.memberId }, world);
    }
  }

  /** Drops what can't lead to a stale accept, so that there are fewer states. */
  #withoutTheUnneeded(node: ModelNode): ModelNode {
    const { lease } = node;
    const unseen = this.scenario.looks === 0 ? { lookAt: null, sightings: {} } : { lookAt: null };
    if (!isSafe(node.remembers, this.protocol)) return { ...node, lease: { ...lease, ...unseen } };
    const idle = { lease: null, sent: null, queued: null, retryAt: null, askedFor: null, fault: null };
    return { ...node, lease: { ...lease, ...unseen, ...idle }, refreshing: null, pagedTo: null, firstReply: null, waiting: [] };
  }

  /** @param before the node's state before the step that has this effect */
  #carryOut(world: World, index: number, effect: Effect, before: LeaseState): World {
    const node = world.nodes[index];
    if (node === undefined) return world;
    const change = (changes: Partial<ModelNode>): World => withNode(world, index, { ...node, ...changes });
    switch (effect.kind) {
      case 'register':
        return change({ registering: effect });
      case 'refresh': {
        const sent = change({ refreshing: effect, pagedTo: null });
        return this.#traitsOf(index) === null || this.#isRefused(index) ? sent : relay(sent, effect);
      }
      case 'read-members':
        return change({ reading: effect });
      case 'remove-member':
        return change({ removals: [effect] });
      case 'leave':
        return { ...world, database: runLeave(world.database, effect.memberId) };
      case 'apply':
        return change({ remembers: effect.delta.ids.includes(ID) || (node.remembers && !this.protocol.database.readsWhole) });
      case 'acknowledge': {
        if (this.#traitsOf(index) !== null) return this.#renewAtOnce(world, index);
        const { memberId, version } = effect;
        const isKnown = world.acknowledgements.some((other) => other.memberId === memberId && other.version === version);
        const all = isKnown ? world.acknowledgements : [...world.acknowledgements, { ...effect, kind: 'acknowledged' as const }];
        return { ...world, acknowledgements: all.toSorted(byMember) };
      }
      case 'ring':
        return withBell(world, { ...effect, kind: 'doorbell' });
      case 'look-up':
        return this.#lookUp(world, node, world.isAnswered);
      case 'join': {
        const others = node.waiting.filter(({ refresh }) => refresh !== effect.refresh);
        const isLate = world.isAnswered || node.waiting.some(({ refresh, isLate }) => refresh === effect.refresh && isLate);
        return change({ waiting: [...others, { refresh: effect.refresh, isLate }] });
      }
      case 'look-up-joined':
      case 'refuse-joined': {
        const isLate = node.waiting.some(({ refresh, isLate }) => refresh === effect.refresh && isLate);
        const after = change({ waiting: node.waiting.filter(({ refresh }) => refresh !== effect.refresh) });
        if (effect.kind === 'look-up-joined') return this.#lookUp(after, node, isLate);
        this.witnesses.add(`refused: ${effect.reason}`);
        return after;
      }
      case 'answer': {
        const isConfirmed = effect.outcome.kind === 'confirmed';
        this.witnesses.add(`answered: ${effect.outcome.kind === 'confirmed' ? effect.outcome.by : 'unconfirmed'}`);
        const fault = isConfirmed && !isLoggedOut(world) ? 'answered and not in the log' : waitedInVain(effect, before, node);
        const logout = { ...node.logout, course: isConfirmed ? ('answered' as const) : ('unconfirmed' as const), heard: [] };
        return { ...change({ logout }), isAnswered: world.isAnswered || isConfirmed, fault: world.fault ?? fault };
      }
      default:
        return world;
    }
  }

  /** A verifier acknowledges by the renewal that it sends next. */
  #renewAtOnce(world: World, index: number): World {
    const node = world.nodes[index];
    if (node === undefined) return world;
    const { state, effects } = this.protocol.reduce(node.lease, { kind: 'renew', isAwaited: false }, NOW, {
      logoutStartedAt: 0,
      isRepeat: false,
    });
    return effects.reduce(
      (next, effect) => this.#carryOut(next, index, effect, node.lease),
      withNode(world, index, { ...node, lease: state }),
    );
  }

  /** Checks the promise on both sides. */
  #lookUp(world: World, { remembers }: ModelNode, isLate: boolean): World {
    this.witnesses.add(remembers ? 'revoked' : 'accepted');
    if (!remembers && isLate) return { ...world, fault: 'stale accept' };
    if (remembers && !isLoggedOut(world)) return { ...world, fault: 'false revocation' };
    return world;
  }
}

/** A remembered id stays, unless the set is replaced. */
const isSafe = (remembers: boolean, protocol: Protocol) => remembers && !protocol.database.readsWhole;

const isLoggedOut = ({ database }: World) => database.rows.some(({ id }) => id === ID);

/** Every member that the logout still waited for at its end had acknowledged. */
function waitedInVain({ outcome }: EffectOf<'answer'>, { logouts }: LeaseState, { logout }: ModelNode): string | null {
  const [pending] = logouts;
  if (outcome.kind !== 'confirmed' || outcome.by !== 'lease-expiry' || pending?.wait.kind !== 'waited') return null;
  return pending.wait.silent.every((memberId) => logout.heard.includes(memberId)) ? 'waited for W although everybody acknowledged' : null;
}

const byMember = (one: EventOf<'acknowledged'>, other: EventOf<'acknowledged'>) =>
  one.memberId.localeCompare(other.memberId) || one.version - other.version;

function withBell(world: World, bell: EventOf<'doorbell'>): World {
  const isSame = ({ version, carried }: EventOf<'doorbell'>) =>
    version === bell.version && carried?.since === bell.carried?.since && carried?.clusterId === bell.carried?.clusterId;
  return world.bells.some(isSame)
    ? world
    : { ...world, bells: [...world.bells, bell].toSorted((one, other) => one.version - other.version) };
}

const nameOf = (index: number) => (index === 0 ? 'a' : 'b');

function withNode(world: World, index: number, node: ModelNode): World {
  return { ...world, nodes: world.nodes.map((other, at) => (at === index ? node : other)) };
}
