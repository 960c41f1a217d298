/** Letters that tell a user what has happened. They are queued in the transaction of what they tell of. */

import type { Transaction } from '../../database/database.js';
import type { Clock } from '../../lib/ambient.js';
import type { Origin } from '../../lib/origin.js';
import type { Letter } from './mail.js';
import type { Happening } from './mail-phrases.js';
import { emailChanged, type NewDevice, newDevice, passwordChanged, type Site } from './mail-texts.js';
import type { Outbox } from './outbox.js';

/** A warning is worth something for as long as somebody may still act on it. */
const NOTICE_TTL_MS = 3 * 86_400_000;

export class Notices {
  constructor(
    private readonly outbox: Outbox,
    private readonly site: Site,
    private readonly clock: Clock,
  ) {}

  passwordChanged(transaction: Transaction, to: string, origin: Origin): Promise<void> {
    return this.#send(transaction, passwordChanged(to, this.site, this.#now(origin)));
  }

  /** @param to the address that was left */
  emailChanged(transaction: Transaction, to: string, origin: Origin): Promise<void> {
    return this.#send(transaction, emailChanged(to, this.site, this.#now(origin)));
  }

  newDevice(transaction: Transaction, to: string, device: NewDevice, origin: Origin): Promise<void> {
    return this.#send(transaction, newDevice(to, device, this.site, this.#now(origin)));
  }

  #send(transaction: Transaction, letter: Letter): Promise<void> {
    return this.outbox.queue(transaction, letter, { expiresAt: new Date(this.clock.now() + NOTICE_TTL_MS) });
  }

  #now(origin: Origin): Happening {
    return { origin, at: this.clock.now() };
  }
}
