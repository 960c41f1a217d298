/** Every step out of one world of the model: requests, timers, statements that run or get lost, and the effects of the reducer. */
import { nextTickAt } from '../../src/revocation/lease/lease.js';
import { type Effect, type Event, recordOf, runAcknowledge, runCommit, runLeave, runRefresh, runRegister, runRemoval } from './database.js';
import { passTime } from './model-time.js';
import type { Protocol } from './protocols.js';
import { type Course, type ModelNode, newNode, type Scenario, type Witnesses, type World } from './world.js';

const ID = 'session';
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
    if (this.world.hasRung) this.#dispatch('hears the doorbell', index, { kind: 'doorbell', version: 1 });
    if (lease.isListening) this.#dispatch('loses the doorbell', index, { kind: 'listening', isListening: false });
    if (!isSafe(remembers, this.protocol)) this.#dispatch('checks', index, { kind: 'check' });
  }

  #events({ lease, logout }: ModelNode, index: number): void {
    const tickAt = nextTickAt(lease);
    if (tickAt !== null && tickAt <= 0) this.#dispatch('ticks', index, { kind: 'tick' });
    for (const memberId of logout.course === 'waiting' ? this.world.acknowledgements : []) {
      this.#dispatch(`hears ${memberId}`, index, { kind: 'acknowledged', memberId, version: 1 });
    }
    if (index === 0 && this.world.looks > 0 && lease.reading === null) {
      this.#dispatch('looks at the members', index, { kind: 'look-at-members' }, { ...this.world, looks: this.world.looks - 1 });
    }
  }

  #statements(node: ModelNode, index: number): void {
    const { registering, refreshing, reading, removals } = node;
    const { database } = this.world;
    if (registering !== null) {
      const done = { ...withNode(this.world, index, { ...node, registering: null }), database: runRegister(database, registering) };
      this.#dispatch('is registered', index, { kind: 'registered', memberId: registering.memberId }, done);
    }
    if (refreshing?.kind === 'refresh') {
      const { database: after, reply } = runRefresh(database, refreshing, 0, this.protocol.database);
      const isMember = reply.isMember || (registering !== null && this.protocol.servesUnregistered === true);
      const event = { kind: 'refreshed', refresh: refreshing.refresh, reply: { ...reply, isMember } } as const;
      this.found(`${nameOf(index)}: refresh is executed`, {
        ...withNode(this.world, index, { ...node, refreshing: event }),
        database: after,
      });
    }
    if (refreshing !== null) {
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
      this.#dispatch('receives its commit', index, recordOf(database, nameOf(index), ID), go('waiting'));
    }
    if (this.scenario.loses && (logout.course === 'asked' || logout.course === 'committed')) {
      this.found(`${nameOf(index)} does not know its commit`, go('reading-back'));
    }
    // `Revocations` does the same before the reducer hears of the logout.
    if (logout.course === 'reading-back' && database.rows.length > 0) {
      this.#dispatch('reads back', index, recordOf(database, nameOf(index), ID), go('waiting'));
    } else if (logout.course === 'reading-back') {
      this.witnesses.add('answered: unconfirmed');
      this.found(`${nameOf(index)} reads back and finds nothing`, go('unconfirmed'));
    }
  }

  #dispatch(step: string, index: number, event: Event, from: World = this.world): void {
    const node = from.nodes[index];
    if (node === undefined) return;
    const { startedAt, isRepeat } = node.logout;
    const { state, effects } = this.protocol.reduce(node.lease, event, NOW, { logoutStartedAt: startedAt, isRepeat });
    if (state === node.lease && effects.every(({ kind }) => kind === 'look-up' || kind === 'acknowledge')) {
      // Such a step leads to no new world, unless it is the check that must not pass.
      if (effects.length === 0 || (event.kind === 'check' && !(from.isAnswered && !node.remembers))) return;
    }
    let world = withNode(from, index, { ...node, lease: state });
    for (const effect of effects) world = this.#carryOut(world, index, effect);
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
    return { ...node, lease: { ...lease, ...unseen, ...idle }, refreshing: null, waiting: [] };
  }

  #carryOut(world: World, index: number, effect: Effect): World {
    const node = world.nodes[index];
    if (node === undefined) return world;
    const change = (changes: Partial<ModelNode>): World => withNode(world, index, { ...node, ...changes });
    switch (effect.kind) {
      case 'register':
        return change({ registering: effect });
      case 'refresh':
        return change({ refreshing: effect });
      case 'read-members':
        return change({ reading: effect });
      case 'remove-member':
        return change({ removals: [effect] });
      case 'leave':
        return { ...world, database: runLeave(world.database, effect.memberId) };
      case 'apply':
        return change({ remembers: effect.delta.ids.includes(ID) || (node.remembers && !this.protocol.database.readsWhole) });
      case 'acknowledge': {
        const acknowledgements = [...new Set([...world.acknowledgements, effect.memberId])].sort();
        return { ...world, acknowledgements, database: runAcknowledge(world.database, effect) };
      }
      case 'ring':
        return { ...world, hasRung: true };
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
        const fault = isConfirmed && world.database.rows.length === 0 ? 'answered and not in the log' : world.fault;
        const logout = { ...node.logout, course: isConfirmed ? ('answered' as const) : ('unconfirmed' as const) };
        return { ...change({ logout }), isAnswered: world.isAnswered || isConfirmed, fault };
      }
      default:
        return world;
    }
  }

  /** Checks the promise on both sides. */
  #lookUp(world: World, { remembers }: ModelNode, isLate: boolean): World {
    this.witnesses.add(remembers ? 'revoked' : 'accepted');
    if (!remembers && isLate) return { ...world, fault: 'stale accept' };
    if (remembers && world.database.rows.length === 0) return { ...world, fault: 'false revocation' };
    return world;
  }
}

/** A remembered id stays, unless the set is replaced. */
const isSafe = (remembers: boolean, protocol: Protocol) => remembers && !protocol.database.readsWhole;

const nameOf = (index: number) => (index === 0 ? 'a' : 'b');

function withNode(world: World, index: number, node: ModelNode): World {
  return { ...world, nodes: world.nodes.map((other, at) => (at === index ? node : other)) };
}
