/** Notices: mails that tell a user of an event, queued in the transaction of that event. */

import type { AnyTransaction } from '../../database/database.js';
import type { Origin } from '../../lib/origin.js';
import type { World } from '../../world.js';
import type { Mail } from './mail.js';
import type { MailedEvent } from './mail-phrases.js';
import { emailChanged, type NewDevice, newDevice, passwordChanged } from './mail-texts.js';
import type { Outbox } from './outbox.js';

/** A notice is worth sending only as long as the user can still act on it. */
const NOTICE_TTL_MS = 3 * 86_400_000;

interface Needs {
  readonly outbox: Outbox;
}

export class Notices {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  passwordChanged(transaction: AnyTransaction, to: string, origin: Origin): Promise<void> {
    return this.#send(transaction, passwordChanged(to, this.world.config, this.#now(origin)));
  }

  /** @param to the old address */
  emailChanged(transaction: AnyTransaction, to: string, origin: Origin): Promise<void> {
    return this.#send(transaction, emailChanged(to, this.world.config, this.#now(origin)));
  }

  newDevice(transaction: AnyTransaction, to: string, device: NewDevice, origin: Origin): Promise<void> {
    return this.#send(transaction, newDevice(to, device, this.world.config, this.#now(origin)));
  }

  #send(transaction: AnyTransaction, mail: Mail): Promise<void> {
    return this.needs.outbox.queue(transaction, mail, { expiresAt: new Date(this.world.clock.now() + NOTICE_TTL_MS) });
  }

  #now(origin: Origin): MailedEvent {
    return { origin, at: this.world.clock.now() };
  }
}
