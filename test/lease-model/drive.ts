/** Takes one reducer through a list of events at given instants, for tests of single effects. */
import { reduceLease } from '../../src/revocation/lease/lease.js';
import type { RefreshReply } from '../../src/revocation/lease/lease-events.js';
import { createLease, type LeaseSettings, type LeaseState, type Now } from '../../src/revocation/lease/lease-state.js';
import { CLUSTER, type Delta, type Effect, type Event } from './database.js';

const SETTINGS: LeaseSettings = { nodeId: 'n', listeningLeaseMs: 2_000, pollingLeaseMs: 300, clockToleranceMs: 5_000 };
const WALL_START = 1_000_000;

export class LeaseDrive {
  state: LeaseState;
  /** The difference between the two clocks: a user can set the wall clock. */
  wallStep = 0;

  constructor(settings: Partial<LeaseSettings> = {}) {
    this.state = createLease({ ...SETTINGS, ...settings });
  }

  at(ms: number): Now {
    return { monotonic: ms, wall: WALL_START + ms + this.wallStep };
  }

  /** @returns the effects of this event */
  send(ms: number, event: Event): readonly Effect[] {
    const { state, effects } = reduceLease(this.state, event, this.at(ms));
    this.state = state;
    return effects;
  }

  kinds(ms: number, event: Event): string[] {
    return this.send(ms, event).map(({ kind }) => kind);
  }

  /** Delivers the reply to the refresh that is in flight. */
  reply(ms: number, changes: Partial<RefreshReply<Delta>> = {}): readonly Effect[] {
    const { sent } = this.state;
    if (sent === null) throw new Error('no refresh is in flight');
    const { version = this.state.applied } = changes;
    const databaseNow = WALL_START + ms;
    const reply = {
      isStandby: false,
      clusterId: CLUSTER,
      isMember: true,
      isRenewed: true,
      grantedMs: Number.POSITIVE_INFINITY,
      version,
      delta: { ids: [] },
      databaseNow,
      ...changes,
    };
    return this.send(ms, { kind: 'refreshed', refresh: sent.number, reply });
  }

  /** A node that has started, listens, is registered as `n-1`, and has a lease from instant 0. */
  static leased(settings: Partial<LeaseSettings> = {}): LeaseDrive {
    const drive = new LeaseDrive(settings);
    // It listens before it registers, so its T is on record from the beginning.
    drive.send(0, { kind: 'listening', isListening: true });
    drive.send(0, { kind: 'start' });
    drive.send(0, { kind: 'registered', memberId: 'n-1' });
    drive.reply(0, { version: 5 });
    drive.send(0, { kind: 'renew', isAwaited: false });
    drive.reply(0, { version: 5 });
    return drive;
  }
}
