/** How mails leave the server: to a mail server, or into files. */
import type { OutgoingMessage } from './mail.js';

export interface Delivery {
  /**
   * Hands a mail over. Once it has returned, the mail is somebody else's.
   *
   * @param signal gives up a delivery that is under way; it may have happened all the same
   * @throws DeliveryFailed
   */
  deliver(mail: OutgoingMessage, signal: AbortSignal): Promise<void>;
  /**
   * Does for a mail that nobody gets the work that a delivery is, as far as that goes.
   *
   * @throws DeliveryFailed when a mail could not have been handed over either
   */
  rehearse(mail: OutgoingMessage, signal: AbortSignal): Promise<void>;
  /** Looks whether a mail could be handed over now, without one. */
  examine(): Promise<DeliveryState>;
}

export interface DeliveryState {
  readonly isReady: boolean;
  /** Where mails go, or what is wrong. */
  readonly found: string;
  /** What to do; empty when there is nothing. */
  readonly advice: string;
}

/** A mail that was not handed over. The reason is for the log: no address and no text of the mail server stands in it. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';

  /** @param isPermanent whether another try would fail the same way */
  constructor(
    readonly reason: string,
    readonly isPermanent: boolean,
  ) {
    super(reason);
  }
}
