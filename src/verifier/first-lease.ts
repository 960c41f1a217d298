/** The lease of a verifier before its first event, and what an operator is told of a lease that can't be had. */
import { createLease, type LeaseState } from '../revocation/lease/lease-state.js';
import type { VerifierLog } from './contract.js';
import type { Settings } from './options.js';

/** T while the stream of events is not heard (R41). */
const POLLING_LEASE_MS = 300;

/** A bounded verifier has one T, which is its bound. */
export function firstLease({ boundedMs, leaseMs, clockToleranceSeconds }: Settings, nodeId: string): LeaseState {
  return createLease({
    nodeId,
    listeningLeaseMs: boundedMs ?? leaseMs,
    pollingLeaseMs: boundedMs ?? Math.min(POLLING_LEASE_MS, leaseMs),
    clockToleranceMs: clockToleranceSeconds * 1000,
  });
}

/** `Patience` tells of a server that can't be reached. */
export function tellFault(log: VerifierLog, fault: LeaseState['fault']): void {
  if (fault === 'clock-skew')
    log.error({ fault }, 'the clock of this machine and that of the login server differ too much: no token is accepted');
  else if (fault === 'standby') log.warn({ fault }, 'the login server reaches a standby of its database only, or grants no lease');
}
