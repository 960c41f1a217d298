/** Holds the promises that wait for the reducer: checks for a refresh, revocations for their answer. */
import { LatchkeyError } from '../../lib/errors.js';
import type { Confirmation } from '../coordinator.js';
import type { LogoutOutcome } from './lease-events.js';
import type { Denial } from './lease-state.js';

/** A check on its way through the reducer. */
export class PendingCheck {
  #settle: { resolve(): void; reject(error: Error): void } | null = null;
  #answer: 'look-up' | Denial | null = null;

  lookUp(): void {
    this.#answer = 'look-up';
    this.#settle?.resolve();
  }

  refuse(reason: Denial): void {
    this.#answer = reason;
    this.#settle?.reject(denied(reason));
  }

  /** @returns nothing if memory may be asked at once. @throws LatchkeyError AUTH_UNAVAILABLE */
  wait(): Promise<void> | undefined {
    if (this.#answer === 'look-up') return undefined;
    if (this.#answer !== null) throw denied(this.#answer);
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }
}

function denied(reason: Denial): LatchkeyError {
  return LatchkeyError.unavailable(new Error(`This node has no lease: ${reason}`));
}

/** The checks that wait, by the refresh that they wait for. */
export class WaitingRoom {
  readonly #checks = new Map<number, PendingCheck[]>();

  enter(refresh: number, check: PendingCheck): void {
    const group = this.#checks.get(refresh);
    if (group === undefined) this.#checks.set(refresh, [check]);
    else group.push(check);
  }

  /** @returns the checks that waited for this refresh */
  leave(refresh: number): readonly PendingCheck[] {
    const group = this.#checks.get(refresh) ?? [];
    this.#checks.delete(refresh);
    return group;
  }
}

/** The revocations that wait for their answer. */
export class PendingAnswers {
  readonly #waiting = new Map<string, (outcome: LogoutOutcome) => void>();
  #last = 0;

  /** @param begin gives the reducer the id under which it will answer */
  wait(begin: (logout: string) => void): Promise<Confirmation> {
    this.#last += 1;
    const logout = String(this.#last);
    return new Promise((resolve, reject) => {
      this.#waiting.set(logout, (outcome) => {
        if (outcome.kind === 'unconfirmed') reject(LatchkeyError.logoutUnconfirmed(new Error('It is not known which nodes to wait for')));
        else resolve(confirmationOf(outcome));
      });
      begin(logout);
    });
  }

  /** Answers all that still wait with `unconfirmed`: the reducer has stopped. */
  abandon(): void {
    for (const logout of this.#waiting.keys()) this.answer(logout, { kind: 'unconfirmed' });
  }

  answer(logout: string, outcome: LogoutOutcome): void {
    this.#waiting.get(logout)?.(outcome);
    this.#waiting.delete(logout);
  }
}

function confirmationOf({ by, members, acknowledged, waitedMs }: Extract<LogoutOutcome, { kind: 'confirmed' }>): Confirmation {
  return { by, nodes: members + 1, acknowledged: acknowledged + 1, waitedMs };
}
